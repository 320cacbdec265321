"""What happened to a dossier, kept in one order and told to the portal in that order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_noop

from saola_platform.cases.declarations import in_all_languages
from saola_platform.cases.models import Dossier, Event, Official

TEXTS: Mapping[str, str] = {
    "received": gettext_noop("Your application was received."),
    "completion-requested": gettext_noop("You are asked to complete your application."),
    "completed": gettext_noop("Your completion was received. The time limit runs again."),
    "in-progress": gettext_noop("Your application is being worked on."),
    "decided": gettext_noop("Your application was granted."),
    "refused": gettext_noop("Your application was refused."),
    "withdrawn": gettext_noop("Your application was withdrawn."),
    "result-ready": gettext_noop("The result is in your documents."),
}


def tell(*, dossier: Dossier, kind: str, at: datetime, message: str = "", official: Official | None = None) -> Event:
    """Record an event of a type of the wire; inside the transaction that changes the dossier, whose row is locked."""
    known = kind if kind in TEXTS else "in-progress"
    last = dossier.events.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    return Event.objects.create(
        dossier=dossier,
        sequence=last + 1,
        type="decided" if known == "withdrawn" else known,
        status=kind,
        at=at,
        text=in_all_languages(TEXTS[known]),
        message=message,
        due_at=dossier.due_at,
        person={"name": official.name, "role": official.title} if official else None,
    )


def told(*, dossier: Dossier, kind: str) -> bool:
    """Whether an event of this type was recorded already."""
    return dossier.events.filter(type=kind).exists()


def told_now(*, dossier: Dossier, kind: str, at: datetime) -> bool:
    """Whether this very change told it already."""
    return dossier.events.filter(type=kind, at=at).exists()
