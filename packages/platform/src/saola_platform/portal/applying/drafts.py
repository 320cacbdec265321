"""A draft with everything a page about it needs: procedure, section states, answers, reads, papers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from saola_blueprint import Country
from saola_blueprint.rules import FieldProblem, asked_fields, documents_needed, holds, relevant_answers, validate
from saola_blueprint.schema import Field, Organisation, Procedure, RequiredDocument, Section

from saola_platform.portal.applying.prefill import Known
from saola_platform.portal.applying.reads import from_json
from saola_platform.portal.errors import NotOnline, NotYours
from saola_platform.portal.models import Attachment, Draft


@dataclass(frozen=True, slots=True)
class Application:
    """A draft as the pages see it. ``today`` is the local day of the country."""

    row: Draft
    country: Country
    procedure: Procedure
    known: Known
    attachments: tuple[Attachment, ...]
    today: date

    @property
    def answers(self) -> dict[str, Any]:
        return self.known.answers

    @property
    def lookups(self) -> Mapping[str, Mapping[str, Any] | None]:
        return self.known.lookups

    def sections(self) -> tuple[Section, ...]:
        """The sections that have questions for these answers."""
        asked = self._asked_by_section()
        return tuple(one for one in self.procedure.form.sections if asked.get(one.id)) if self.procedure.form else ()

    def section(self, section_id: str) -> Section:
        """Raises NotYours for a section that is not asked."""
        found = next((one for one in self.sections() if one.id == section_id), None)
        if found is None:
            raise NotYours(f"section {section_id} is not part of this application")
        return found

    def questions(self, section_id: str, *, answers: Mapping[str, Any] | None = None) -> tuple[Field, ...]:
        """The questions of a section that follow from the answers."""
        return tuple(self._asked_by_section(answers).get(section_id, ()))

    def problems(self) -> list[FieldProblem]:
        """What keeps the answers from being handed in; warnings are left out."""
        found = validate(country=self.country, procedure=self.procedure, answers=self.relevant_answers(), on=self.today)
        return [one for one in found if one.severity == "error"]

    def relevant_answers(self) -> dict[str, Any]:
        """Answers to questions that are asked, without empty ones."""
        if self.procedure.form is None:
            return {}
        answers = relevant_answers(self.procedure.form, self.answers)
        return {path: value for path, value in answers.items() if value not in (None, "")}

    def papers(self) -> tuple[RequiredDocument, ...]:
        """The papers to hand in for this situation."""
        wanted = documents_needed(procedure=self.procedure, answers=self.answers, lookups=self.lookups)
        return tuple(one for one in self.procedure.documents if one.id in wanted)

    def papers_replaced(self) -> tuple[RequiredDocument, ...]:
        """The papers that data make unnecessary."""
        wanted = {one.id for one in self.papers()}
        return tuple(
            one
            for one in self.procedure.documents
            if one.instead_of_data and one.id not in wanted and holds(one.show_if, self.answers)
        )

    def papers_missing(self) -> tuple[RequiredDocument, ...]:
        """Required papers that nobody has added."""
        have = {one.document for one in self.attachments}
        return tuple(one for one in self.papers() if one.required and one.id not in have)

    def authorities(self) -> tuple[Organisation, ...]:
        """Who may be competent; the applicant names one."""
        return self.country.organisations_at(self.procedure.competent.level)

    def authority(self) -> Organisation | None:
        """The one that was named."""
        return self.country.organisations.get(self.row.destination)

    def _asked_by_section(self, answers: Mapping[str, Any] | None = None) -> dict[str, list[Field]]:
        grouped: dict[str, list[Field]] = {}
        if self.procedure.form is not None:
            for field in asked_fields(self.procedure.form, self.answers if answers is None else answers):
                grouped.setdefault(field.path.partition(".")[0], []).append(field)
        return grouped


def application_of(*, row: Draft, country: Country, at: datetime) -> Application:
    """Raises NotOnline when the procedure is not offered (any more)."""
    procedure = country.procedures.get(row.procedure)
    if procedure is None or not procedure.online:
        raise NotOnline(f"procedure {row.procedure} is not offered online")
    today = at.astimezone(ZoneInfo(country.timezone)).date()
    known = Known(
        answers=dict(row.answers),
        reads={name: from_json(kept) for name, kept in row.reads.items()},
        applicant={"personal_number": row.owner, "full_name": row.owner_name},
        today=today,
    )
    return Application(row, country, procedure, known, tuple(row.attachments.all()), today)


def own_draft(*, draft_id: uuid.UUID, owner: str, country: Country, at: datetime, lock: bool = False) -> Application:
    """The person's own draft, sent or not; ``lock`` holds it until the transaction ends. Raises NotYours."""
    rows = Draft.objects.select_for_update() if lock else Draft.objects.all()
    try:
        row = rows.get(id=draft_id, owner=owner)
    except Draft.DoesNotExist as error:
        raise NotYours from error
    return application_of(row=row, country=country, at=at)


def open_drafts(*, owner: str) -> list[Draft]:
    """Unfinished applications of a person, last changed first."""
    return list(Draft.objects.filter(owner=owner, sent=False))
