"""Tells the portal what happened to a dossier: every event, in order, each until it has been taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from saola_platform.cases.declarations import organisation_of, wire_moment
from saola_platform.cases.errors import CaseError
from saola_platform.cases.models import Dossier, Event
from saola_platform.cases.operations.exchange_calls import call, content_of, general_ground


def deliver(*, dossier: int, at: datetime) -> None:
    """Send what was not sent; stops at the first that fails, so that the order holds, and raises why."""
    one = Dossier.objects.get(pk=dossier)
    for event in one.events.filter(public=True, delivered_at__isnull=True).order_by("sequence"):
        try:
            _send(dossier=one, event=event)
        except CaseError as exc:
            Event.objects.filter(pk=event.pk).update(attempts=event.attempts + 1, last_error=exc.detail[:2000])
            raise
        Event.objects.filter(pk=event.pk).update(attempts=event.attempts + 1, delivered_at=at, last_error="")


def body_of(*, dossier: Dossier, event: Event) -> dict[str, Any]:
    """An event as it travels."""
    organisation = organisation_of(dossier)
    return {
        "event_id": str(event.event_id),
        "dossier_code": dossier.code,
        "submission_id": str(dossier.submission_id),
        "type": event.type,
        "status": event.status,
        "at": wire_moment(event.at),
        "text": event.text,
        "message": event.message or None,
        "due_at": wire_moment(event.due_at) if event.due_at else None,
        "organisation": {"code": organisation.code, "name": dict(organisation.name)},
        "person": event.person,
    }


def _send(*, dossier: Dossier, event: Event) -> None:
    service = f"{dossier.portal}/dossier-events"
    answer = call(
        dossier=dossier,
        method="POST",
        service=service,
        path="/events",
        body=body_of(dossier=dossier, event=event),
        legal_ground=general_ground(dossier),
        idempotency_key=str(event.event_id),
    )
    content_of(answer, service=service)
