"""Registers: national data sets, each with one owner, read over the exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from saola_blueprint.schema.places import NOWHERE, Place
from saola_blueprint.schema.texts import Text

FIELD_TYPES = ("text", "date", "integer", "yes-no", "choice", "identifier", "address")


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value and what people read for it."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A legal text by its number, with a short note of our own about what it rules."""

    number: str
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """A kind of number, such as the personal number.

    `pattern` is a regular expression that the whole value must match; `check` and `warn` name
    rules: `check` refuses a value, `warn` only tells.
    """

    id: str
    label: Text
    pattern: str
    example: str
    check: str | None = None
    warn: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Numbering:
    """Which rule gives new numbers, and the fixed arguments it is called with."""

    rule: str
    parameters: Mapping[str, str]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RegisterField:
    """One field of a record. Values travel as JSON: text, integer, true/false; dates as YYYY-MM-DD."""

    name: str
    type: str
    label: Text
    required: bool = False
    indexed: bool = False
    choices: tuple[Choice, ...] = ()
    pattern: str | None = None
    identifier: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Register:
    """A register. `key` is the field that identifies a record; `subjects` are the fields that hold personal numbers."""

    id: str
    name: Text
    description: Text
    owner: str
    subsystem: str
    key: str
    subjects: tuple[str, ...]
    fields: Mapping[str, RegisterField]
    legal_basis: tuple[LegalBasis, ...]
    numbering: Numbering | None = None
    place: Place = field(default=NOWHERE, compare=False)
