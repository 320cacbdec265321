"""A dossier in words: its state, who has it, since when and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from saola_blueprint import Country

from saola_platform.portal.dossiers.completions import REQUESTED
from saola_platform.portal.models import DossierEvent, StoredResult, Submission


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the list of dossiers; ``colour`` is of components/tag.html.

    ``due_at`` is None while the time stands.
    """

    id: UUID
    name: str
    dossier_code: str
    authority: str
    status: str
    colour: str
    signed_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    stands: bool
    needs_me: bool
    is_sending: bool
    is_refused: bool


def summary(row: Submission, *, country: Country, language: str) -> Summary:
    """What the person sees first about a dossier."""
    status, colour = _status(row)
    stands = time_stands(row)
    return Summary(
        id=row.id,
        name=procedure_name(row.procedure, country=country, language=language),
        dossier_code=row.dossier_code,
        authority=_authority(row, country=country, language=language),
        status=status,
        colour=colour,
        signed_at=row.signed_at,
        received_at=row.received_at,
        due_at=None if stands else row.due_at,
        stands=stands,
        needs_me=row.status == REQUESTED,
        is_sending=row.state == Submission.State.SENDING,
        is_refused=row.state == Submission.State.REFUSED,
    )


def time_stands(row: Submission) -> bool:
    """Whether the one-stop waits for the person: it has asked, and gave no day by which it decides all the same."""
    if row.status != REQUESTED:
        return False
    asked = row.events.filter(type=REQUESTED).last()
    return asked is None or asked.due_at is None


def procedure_name(code: str, *, country: Country, language: str) -> str:
    """The procedure's name; its code when the country no longer declares it."""
    procedure = country.procedures.get(code)
    return procedure.name.in_(language) if procedure else code


def timeline(row: Submission, *, language: str) -> list[dict[str, Any]]:
    """Every step with agency, person and time, for components/timeline.html."""
    steps = [{"title": gettext("Signed by you"), "at": _moment(row.signed_at), "state": "done"}]
    if row.state == Submission.State.SENDING:
        return [*steps, {"title": gettext("On its way"), "state": "current"}]
    events = without_repetitions(list(row.events.all()))
    steps += [
        {
            "title": text_in(event.text, language=language),
            "at": _moment(event.at),
            "by": _by(event, language=language),
            "text": event.message,
            "state": "done",
        }
        for event in events
    ]
    if not events and row.received_at:
        steps.append({"title": gettext("Received"), "at": _moment(row.received_at), "state": "done"})
    if steps and row.state == Submission.State.RECEIVED and not _is_over(row):
        steps[-1]["state"] = "current"
    return steps


def without_repetitions(events: Sequence[DossierEvent]) -> list[DossierEvent]:
    """The events in order, without those that tell nothing new after the one before."""
    told: list[DossierEvent] = []
    for before, event in zip([None, *events], events, strict=False):
        if before is None or not event.repeats(before):
            told.append(event)
    return told


def words_of(event: DossierEvent, *, language: str) -> dict[str, Any]:
    """A request to complete: what the official wrote, who it was, until when."""
    return {
        "text": text_in(event.text, language=language),
        "message": event.message,
        "by": _by(event, language=language),
        "at": event.at,
        "due_at": event.due_at,
    }


def results(row: Submission, *, language: str) -> list[dict[str, Any]]:
    """Results of this dossier in the document store."""
    return [
        {"id": one.result_id, "title": text_in(one.title, language=language), "received_at": one.received_at}
        for one in StoredResult.objects.filter(submission=row)
    ]


def text_in(texts: Mapping[str, str], *, language: str) -> str:
    """The text in this language, else in any."""
    return texts.get(language) or next(iter(texts.values()), "")


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")


def _by(event: DossierEvent, *, language: str) -> str:
    """ "Agency · Person, role"."""
    organisation = text_in(event.organisation.get("name") or {}, language=language)
    person = event.person or {}
    role = text_in(person.get("role") or {}, language=language)
    who = ", ".join(part for part in (str(person.get("name", "")), role) if part)
    return " · ".join(part for part in (organisation, who) if part)


def _authority(row: Submission, *, country: Country, language: str) -> str:
    told = text_in(row.authority.get("name") or {}, language=language)
    declared = country.organisations.get(row.destination)
    return told or (declared.name.in_(language) if declared else row.destination)


def _is_over(row: Submission) -> bool:
    return row.events.filter(type__in=("result-ready", "refused")).exists()


def _status(row: Submission) -> tuple[str, str]:
    """The state in words, and a colour that never says it alone."""
    if row.state == Submission.State.SENDING:
        return gettext("On its way"), "yellow"
    if row.state == Submission.State.REFUSED:
        return gettext("Not taken"), "red"
    if row.completions.filter(state=Submission.State.SENDING).exists():
        return gettext("Your answer is on its way"), "yellow"
    words = {
        "received": (gettext("Received"), "blue"),
        "in-progress": (gettext("Being handled"), "blue"),
        "completion-requested": (gettext("Waiting for you"), "orange"),
        "completed": (gettext("Completed by you, being handled"), "blue"),
        "decided": (gettext("Decided"), "green"),
        "result-ready": (gettext("Result ready"), "green"),
        "refused": (gettext("Refused"), "red"),
    }
    last = row.events.last()
    return words.get(row.status) or words.get(last.type if last else "received") or (row.status, "blue")
