"""Reads: the queue, one dossier with all that an official needs, what an applicant may know."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from saola_platform.cases import clock
from saola_platform.cases.declarations import organisation_of, procedure_of, wire_moment
from saola_platform.cases.engine import Model, read_model
from saola_platform.cases.errors import NoSuchDossier
from saola_platform.cases.models import Decision, Dossier, Event, KeptDocument, Official, Step
from saola_platform.cases.operations.papers import OWNER
from saola_platform.cases.verification import verifier
from saola_platform.documents.api import read_file
from saola_platform.kernel.country import country

ENDED = (Dossier.Status.GRANTED, Dossier.Status.REFUSED, Dossier.Status.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the queue to show. `state`: open, waiting, ended or all; `text` is part of a code or a name."""

    state: str = "open"
    mine: bool = False
    role: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue: the dossier, its open step (None when nothing is open), and how its deadline stands."""

    dossier: Dossier
    step: Step | None
    deadline: clock.Deadline


def official_of(*, personal_number: str) -> Official | None:
    """The member of staff with this number, or None for everybody else."""
    return Official.objects.filter(personal_number=personal_number, active=True).first()


def queue(*, official: Official, wanted: Wanted) -> QuerySet[Dossier]:
    """The dossiers of the official's organisation, most urgent first; each has `open_steps`."""
    open_steps = Step.objects.filter(closed_at__isnull=True).select_related("official").order_by("-pk")
    found = Dossier.objects.filter(organisation=official.organisation).prefetch_related(
        Prefetch("steps", queryset=open_steps, to_attr="open_steps")
    )
    if wanted.state == "open":
        found = found.filter(status=Dossier.Status.IN_PROGRESS)
    elif wanted.state == "waiting":
        found = found.filter(status=Dossier.Status.WAITING)
    elif wanted.state == "ended":
        found = found.filter(status__in=ENDED)
    if wanted.mine:
        found = found.filter(steps__closed_at__isnull=True, steps__official=official)
    if wanted.role:
        found = found.filter(steps__closed_at__isnull=True, steps__role=wanted.role)
    if wanted.text:
        found = found.filter(
            Q(code__icontains=wanted.text) | Q(applicant_name__icontains=wanted.text) | Q(applicant_number=wanted.text)
        )
    return found.order_by("ended_at", "due_at", "code").distinct()


def rows(dossiers: Sequence[Dossier], *, at: datetime) -> list[QueueRow]:
    """The lines to show for dossiers that `queue` found."""
    return [QueueRow(one, next(iter(one.open_steps), None), deadline_of(one, at=at)) for one in dossiers]  # type: ignore[attr-defined]


def deadline_of(dossier: Dossier, *, at: datetime) -> clock.Deadline:
    """How the deadline of a dossier stands."""
    return clock.deadline(
        calendar=country().calendar,
        received=dossier.received_at,
        due=dossier.due_at,
        left_at_pause=dossier.remaining_hours,
        ended=dossier.ended_at is not None,
        at=at,
    )


def dossier_for(*, official: Official, code: str) -> Dossier:
    """A dossier of the official's organisation; :class:`NoSuchDossier` for every other."""
    dossier = Dossier.objects.filter(code=code, organisation=official.organisation).first()
    if dossier is None:
        raise NoSuchDossier(code)
    return dossier


def dossier_to_track(*, code: str) -> Dossier:
    """A dossier by its code, for the public page that shows nobody's data."""
    dossier = Dossier.objects.filter(code=code).first()
    if dossier is None:
        raise NoSuchDossier(code)
    return dossier


def only_its_portal(*, code: str, portal: str) -> None:
    """Raise :class:`NoSuchDossier` unless the dossier came from this subsystem."""
    if not Dossier.objects.filter(code=code, portal=portal).exists():
        raise NoSuchDossier(f"There is no dossier {code}.")


def open_steps(dossier: Dossier) -> list[Step]:
    """The steps that are open, newest first."""
    return list(dossier.steps.filter(closed_at__isnull=True).select_related("official").order_by("-pk"))


def history(dossier: Dossier) -> list[Step]:
    """Every step with its decision and its operation, oldest first."""
    return list(dossier.steps.select_related("official", "decision", "run", "completion_request").order_by("pk"))


def decisions(dossier: Dossier) -> list[Decision]:
    """What officials decided, oldest first."""
    return list(Decision.objects.filter(step__dossier=dossier).select_related("step").order_by("at", "pk"))


def events_of(dossier: Dossier) -> list[Event]:
    """What the applicant was told, oldest first."""
    return list(dossier.events.order_by("sequence"))


def documents_of(dossier: Dossier) -> list[KeptDocument]:
    """The newest form of each document of the case."""
    newest: dict[str, KeptDocument] = {one.name: one for one in dossier.documents.order_by("pk")}
    return list(newest.values())


def kept_document(*, dossier: Dossier, name: str) -> tuple[KeptDocument, bytes]:
    """The newest form of a document with its bytes; :class:`NoSuchDossier` when there is none."""
    document = dossier.documents.filter(name=name).order_by("-pk").first()
    if document is None:
        raise NoSuchDossier(f"{dossier.code}: {name}")
    return document, read_file(file_id=document.file_id, owner=OWNER)


def receipt_of(dossier: Dossier) -> bytes:
    """The receipt; :class:`NoSuchDossier` when there is none."""
    if dossier.receipt_id is None:
        raise NoSuchDossier(dossier.code)
    return read_file(file_id=dossier.receipt_id, owner=OWNER)


def container_of(dossier: Dossier) -> bytes:
    """The application as the applicant signed it."""
    return read_file(file_id=dossier.container_id, owner=OWNER)


def attachment(*, dossier: Dossier, index: int) -> tuple[Mapping[str, Any], bytes]:
    """An attachment (by its place in the list) and its bytes, checked against its digest."""
    if not 0 <= index < len(dossier.attachments):
        raise NoSuchDossier(f"{dossier.code}: attachment {index}")
    entry: Mapping[str, Any] = dossier.attachments[index]
    container = read_file(file_id=UUID(entry["container"]), owner=OWNER)
    content = verifier().open(container=container).get(entry["path"], b"")
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise NoSuchDossier(f"{dossier.code}: attachment {index}")
    return entry, content


def model_of(dossier: Dossier) -> Model:
    """The workflow model that this dossier runs on."""
    return read_model(bytes(dossier.workflow.model))


def status_for_applicant(*, code: str, applicant: str) -> dict[str, Any]:
    """What the applicant may know; :class:`NoSuchDossier` for anybody else's."""
    dossier = Dossier.objects.filter(code=code, applicant_number=applicant).first()
    if dossier is None:
        raise NoSuchDossier(f"There is no dossier {code} of this applicant.")
    organisation = dict(organisation_of(dossier).name)
    steps = [
        {
            "at": wire_moment(one.at),
            "status": one.status,
            "text": one.text,
            "organisation": organisation,
            "person": one.person,
        }
        for one in dossier.events.filter(public=True).order_by("sequence")
    ]
    due = wire_moment(dossier.due_at) if dossier.due_at else None
    return {"dossier_code": dossier.code, "status": dossier.status, "due_at": due, "steps": steps}


def task_name(step: Step, *, language: str) -> str:
    """What a step is called in a language: the declared task's name, or the model's."""
    task = procedure_of(step.dossier).tasks.get(step.node)
    return task.name.in_(language) if task else step.node
