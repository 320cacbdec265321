"""Events in a person's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from saola_identity.accounts.api import Event


@dataclass(frozen=True, slots=True)
class EventInWords:
    """One row of "what happened lately"."""

    at: datetime
    what: str
    where: str


def client_name(client_id: str) -> str:
    """The name of a site for the reader; its id when it is no longer registered."""
    client = settings.IDENTITY.client(client_id) if client_id else None
    return client.name_in(get_language() or "en") if client else client_id


def describe(event: Event) -> EventInWords:
    """What happened, and for which site."""
    words = {
        "signed-in": _("You signed in"),
        "sign-in-failed": _("A sign-in failed"),
        "signed-out": _("You signed out"),
        "attributes-given": _("A site received your details"),
        "code-reused": _("A sign-in answer was used twice; it was withdrawn"),
        "passkey-added": _("A passkey was added"),
        "passkey-removed": _("A passkey was removed"),
        "signature-asked": _("A site asked for your signature"),
        "signature-made": _("You signed"),
        "signature-refused": _("You refused to sign"),
        "pin-wrong": _("A wrong PIN was typed"),
        "key-locked": _("Your signing key was locked for a while"),
    }
    title = event.detail.get("title")
    what = f"{words[event.kind]}: {title}" if title else words[event.kind]
    return EventInWords(at=event.at, what=what, where=client_name(event.client_id))
