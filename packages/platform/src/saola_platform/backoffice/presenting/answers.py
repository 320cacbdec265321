"""The answers of an application, section by section, each with where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from saola_blueprint.schema import Field

from saola_platform.backoffice.presenting.deadlines import day, moment
from saola_platform.cases.api import Dossier, procedure_of
from saola_platform.kernel.country import country


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which register said it, read when, in which message; `changed`: the applicant wrote something else."""

    register: str
    organisation: str
    read_at: str
    message_id: str
    changed: bool
    was: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with its answer in words; `provenance` is None for what the applicant typed."""

    path: str
    label: str
    value: str
    provenance: Provenance | None
    completed: bool


@dataclass(frozen=True, slots=True)
class AnsweredSection:
    """A section of the form with the answers that were given."""

    title: str
    answers: tuple[Answer, ...]


def sections(dossier: Dossier, *, language: str) -> list[AnsweredSection]:
    """The form of the dossier's procedure, with what was answered; sections without an answer are left out."""
    form = procedure_of(dossier).form
    origins = {str(one.get("field")): one for one in dossier.prefilled}
    late = _completed(dossier)
    found: list[AnsweredSection] = []
    for section in form.sections if form else ():
        answers = tuple(
            Answer(
                path=field.path,
                label=field.label.in_(language),
                value=in_words(field, dossier.answers[field.path], language=language),
                provenance=_provenance(field, origins.get(field.path), dossier.answers[field.path], language=language),
                completed=field.path in late,
            )
            for field in section.fields
            if dossier.answers.get(field.path) not in {None, ""}
        )
        if answers:
            found.append(AnsweredSection(section.title.in_(language), answers))
    return found


def in_words(field: Field, value: Any, *, language: str) -> str:
    """An answer as people read it: a choice by its label, a date in the order of the country."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    for choice in field.choices:
        if choice.value == value:
            return choice.label.in_(language)
    if field.type == "date" and isinstance(value, str):
        try:
            return day(date.fromisoformat(value))
        except ValueError:
            return value
    return str(value)


def _completed(dossier: Dossier) -> set[str]:
    found: set[str] = set()
    for request in dossier.completion_requests.filter(answered_at__isnull=False):
        found |= set(request.answer.get("answers", {}))
    return found


def _provenance(field: Field, origin: Mapping[str, Any] | None, value: Any, *, language: str) -> Provenance | None:
    if origin is None:
        return None
    register = country().registers.get(str(origin.get("register")))
    organisation = country().organisations.get(str(origin.get("organisation")))
    said = origin.get("value")
    return Provenance(
        register=register.name.in_(language) if register else str(origin.get("register", "")),
        organisation=organisation.name.in_(language) if organisation else str(origin.get("organisation", "")),
        read_at=_read_at(str(origin.get("read_at", ""))),
        message_id=str(origin.get("message_id", "")),
        changed=bool(origin.get("changed")) or said != value,
        was=in_words(field, said, language=language) if said not in {None, ""} else "",
    )


def _read_at(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(at) if at.tzinfo else text
