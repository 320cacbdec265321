"""The electronic form of a procedure: sections of fields, which of them the state fills in, and on which ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from saola_blueprint.schema.places import NOWHERE, Place
from saola_blueprint.schema.registers import Choice
from saola_blueprint.schema.sources import Comparison, Source
from saola_blueprint.schema.texts import Text

FORM_FIELD_TYPES = ("text", "long-text", "date", "time", "integer", "choice", "yes-no", "identifier", "address")


@dataclass(frozen=True, slots=True)
class Lookup:
    """One read of a register, made when its inputs are known.

    Either `key` (the record's key) or `find` (indexed fields to search by, tried in this order
    until one finds a record) is set. `when` is an additional condition on the answers.
    """

    id: str
    register: str
    legal_ground: Text
    key: Source | None = None
    find: tuple[tuple[str, Source], ...] = ()
    when: Comparison | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Prefill:
    """Field `field` of the record that `lookup` found; `register` and `legal_ground` are the lookup's own."""

    lookup: str
    register: str
    field: str
    legal_ground: Text
    purpose: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `path` is `section.field`, the key of its answer.

    Values: text for text, long-text, choice, identifier and address; YYYY-MM-DD for date; HH:MM for
    time; a JSON integer; true or false for yes-no. `validation` names rules that refuse, `warnings`
    rules that only tell. `fixed` means that a prefilled value may not be changed by the applicant.
    """

    id: str
    path: str
    type: str
    label: Text
    hint: Text | None = None
    required: bool = False
    fixed: bool = False
    choices: tuple[Choice, ...] = ()
    identifier: str | None = None
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    prefill: Prefill | None = None
    show_if: Comparison | None = None
    validation: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form. `show_if` hides it whole."""

    id: str
    title: Text
    fields: tuple[Field, ...]
    help: Text | None = None
    show_if: Comparison | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form. `messages` are the texts that validation rules name by key."""

    sections: tuple[Section, ...]
    lookups: tuple[Lookup, ...] = ()
    messages: Mapping[str, Text] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field of every section, in order."""
        return tuple(one for section in self.sections for one in section.fields)

    def field(self, path: str) -> Field | None:
        """The field with this path (`child.full_name`), or None."""
        return next((one for one in self.fields if one.path == path), None)

    def lookup(self, id: str) -> Lookup | None:  # noqa: A002
        """The lookup with this id, or None."""
        return next((one for one in self.lookups if one.id == id), None)
