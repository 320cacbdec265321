"""Procedures: what a person can ask of the state, what it costs, how long it may take, who decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Literal, TypeAlias

from saola_blueprint.schema.dated import Dated
from saola_blueprint.schema.forms import Form
from saola_blueprint.schema.places import NOWHERE, Place
from saola_blueprint.schema.registers import LegalBasis
from saola_blueprint.schema.rulebook import Rulebook
from saola_blueprint.schema.sources import Comparison, Source
from saola_blueprint.schema.texts import Text

CHANNELS = ("online", "counter", "post")
UNITS = ("working-hours", "working-days", "calendar-days")


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long the authority has. `amount` 0 of `working-days` means: the same working day.

    Received after `cut_off` (local time), the count begins on the next working day.
    """

    amount: int
    unit: Literal["working-hours", "working-days", "calendar-days"]
    cut_off: time | None = None


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee in the smallest unit of the country's currency; `rule` may lower it for a given application."""

    id: str
    label: Text
    amount: Dated[int]
    rule: str | None = None
    channels: tuple[str, ...] = CHANNELS
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """A paper to hand in. `accept` are media types, `max_size` bytes; `show_if` limits it to a situation.

    `instead_of_data` lists lookups: when they all found a record, the paper need not be handed in.
    """

    id: str
    name: Text
    required: bool
    copies: int
    accept: tuple[str, ...]
    max_size: int
    show_if: Comparison | None = None
    instead_of_data: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Result:
    """What the person receives in the end."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class Competence:
    """Which organisations decide: those of this level; the applicant names one of them."""

    level: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way to finish a task.

    `label` stands on the button. `reason` asks for a written reason. `at_most` limits how often it
    may be chosen in one case. `signs` names a kept document that the person signs by choosing it.
    `status` is the dossier status to tell the applicant, None for no message.
    """

    id: str
    label: Text
    reason: bool = False
    at_most: int | None = None
    signs: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A user task of the workflow, by its BPMN id. `role` is the lane. `pauses_clock`: the time limit stands still."""

    id: str
    name: Text
    role: str
    outcomes: tuple[Outcome, ...]
    shows: tuple[str, ...] = ()
    pauses_clock: bool = False
    place: Place = field(default=NOWHERE, compare=False)

    def outcome(self, id: str) -> Outcome | None:  # noqa: A002
        """The outcome with this id, or None."""
        return next((one for one in self.outcomes if one.id == id), None)


@dataclass(frozen=True, slots=True)
class RegisterCreate:
    """Enter a record into a register over the exchange; `keep` maps a kept name to `key` or a field of the record."""

    id: str
    register: str
    data: Mapping[str, Source]
    legal_ground: Text
    keep: Mapping[str, str]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DocumentRender:
    """Make a PDF from the typst template (`template`: path) and keep it under `keep`."""

    id: str
    template: Path
    data: Mapping[str, Source]
    keep: str
    title: Text
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DocumentSeal:
    """Put the competent authority's electronic seal on a kept document."""

    id: str
    document: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DocumentDeliver:
    """Hand a kept document to the applicant."""

    id: str
    document: str
    title: Text
    place: Place = field(default=NOWHERE, compare=False)


Operation: TypeAlias = RegisterCreate | DocumentRender | DocumentSeal | DocumentDeliver


@dataclass(frozen=True, slots=True)
class Notice:
    """A short text the applicant must know, `{name}` being replaced by the parameter of that name."""

    id: str
    text: Text
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedure:
    """One administrative procedure, found in its folder `procedures/<slug>`.

    `online` when it has both form and workflow. `level` is `full` (everything online) or `partial`,
    which needs a published reason. `operations` are what the service tasks of the workflow do, by
    the id of the service task. `keywords` are other words people search by, per language.
    """

    code: str
    slug: str
    name: Text
    summary: Text
    keywords: Mapping[str, tuple[str, ...]]
    field_of_work: Text
    life_events: tuple[str, ...]
    level: Literal["full", "partial"]
    competent: Competence
    owner: str
    channels: tuple[str, ...]
    fees: tuple[Fee, ...]
    time_limit: Dated[TimeLimit]
    documents: tuple[RequiredDocument, ...]
    legal_basis: tuple[LegalBasis, ...]
    results: tuple[Result, ...]
    folder: Path
    since: date
    partial_reason: Text | None = None
    notices: tuple[Notice, ...] = ()
    form: Form | None = None
    workflow_file: Path | None = None
    tasks: Mapping[str, Task] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    rules: Rulebook = field(default_factory=Rulebook)
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def online(self) -> bool:
        """Whether it can be applied for here."""
        return self.form is not None and self.workflow_file is not None
