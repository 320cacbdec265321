"""What the one-stop reports: steps of a dossier and results. Each is taken once, however often it is sent."""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.dateparse import parse_datetime

from saola_platform.documents import api as documents
from saola_platform.errors import BodyRefused
from saola_platform.kernel.services import Caller
from saola_platform.portal.dossiers import notices
from saola_platform.portal.errors import DigestMismatch, UnknownSubmission
from saola_platform.portal.models import DossierEvent, StoredResult, Submission

MAX_RESULT: Final = 20 * 1024 * 1024
TYPES: Final = frozenset(
    {"received", "completion-requested", "completed", "in-progress", "decided", "refused", "result-ready"}
)


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object whose fields are asked for by name and type; raises BodyRefused naming the field."""

    data: Mapping[str, Any]

    def text(self, name: str, *, most: int = 200) -> str:
        value = self.data.get(name)
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            raise BodyRefused(f"{name} must be a text of 1 to {most} characters")
        return value

    def identifier(self, name: str) -> uuid.UUID:
        try:
            return uuid.UUID(self.text(name))
        except ValueError as error:
            raise BodyRefused(f"{name} must be a UUID") from error

    def moment(self, name: str) -> datetime:
        try:
            value = parse_datetime(self.text(name))
        except ValueError:
            value = None
        if value is None or value.tzinfo is None:
            raise BodyRefused(f"{name} must be a date and time with a time zone")
        return value

    def texts(self, name: str) -> dict[str, str]:
        value = self.data.get(name)
        if not isinstance(value, dict) or not value:
            raise BodyRefused(f"{name} must map languages to texts")
        if not all(isinstance(tag, str) and isinstance(text, str) and len(text) < 4000 for tag, text in value.items()):
            raise BodyRefused(f"{name} must map languages to texts")
        return dict(value)

    def has(self, name: str) -> bool:
        return self.data.get(name) is not None

    def object(self, name: str) -> dict[str, Any]:
        value = self.data.get(name)
        if not isinstance(value, dict):
            raise BodyRefused(f"{name} must be an object")
        return dict(value)


def take_event(*, body: Body, caller: Caller, at: datetime) -> bool:
    """Keep one event; True when it is new. Raises BodyRefused, UnknownSubmission."""
    kind = body.text("type")
    if kind not in TYPES:
        raise BodyRefused(f"type must be one of {', '.join(sorted(TYPES))}")
    values = {
        "type": kind,
        "status": body.text("status", most=40),
        "at": body.moment("at"),
        "text": body.texts("text"),
        "message": body.text("message", most=10_000) if body.data.get("message") else "",
        "due_at": body.moment("due_at") if body.has("due_at") else None,
        "organisation": body.object("organisation"),
        "person": body.object("person") if body.has("person") else None,
        "message_id": caller.message_id,
        "received_at": at,
    }
    with transaction.atomic():
        submission = _submission(body, caller=caller)
        event, is_new = DossierEvent.objects.get_or_create(
            event_id=body.identifier("event_id"), defaults={"submission": submission, **values}
        )
        if is_new:
            _advance(submission, event=event)
            notices.tell_event(event=event)
    return is_new


def take_result(*, body: Body, caller: Caller, at: datetime) -> bool:
    """Keep one result in the person's document store; True when it is new."""
    content = _content(body)
    result_id = body.identifier("result_id")
    with transaction.atomic():
        submission = _submission(body, caller=caller)
        if submission.owner != body.text("subject"):
            raise UnknownSubmission("the result is for another person than the submission")
        if StoredResult.objects.filter(result_id=result_id).exists():
            return False
        stored = documents.keep_own(
            owner=submission.owner,
            name=f"{submission.dossier_code or submission.id}.pdf",
            media_type=body.text("media_type"),
            content=content,
            at=at,
        )
        result = StoredResult.objects.create(
            result_id=result_id,
            owner=submission.owner,
            submission=submission,
            dossier_code=body.text("dossier_code"),
            title=body.texts("title"),
            file=stored.id,
            media_type=stored.media_type,
            sha256=stored.sha256,
            valid_from=body.text("valid_from", most=40),
            message_id=caller.message_id,
            sender=caller.client,
            received_at=at,
        )
        notices.tell_result(result=result)
    return True


def _submission(body: Body, *, caller: Caller) -> Submission:
    """The submission, locked, provided that whoever reports is the organisation it was sent to."""
    from saola_platform.kernel.country import country

    found = Submission.objects.select_for_update().filter(id=body.identifier("submission_id")).first()
    address = country().exchange_of(found.destination) if found else None
    if found is None or address is None:
        raise UnknownSubmission
    # Another one-stop must not be able to write into this person's dossier.
    if caller.organisation.split("/")[1:] != [address.member_class, address.member_code]:
        raise UnknownSubmission("the submission was sent to another organisation")
    if found.dossier_code and found.dossier_code != body.text("dossier_code"):
        raise UnknownSubmission("the submission has another dossier code")
    return found


def _advance(submission: Submission, *, event: DossierEvent) -> None:
    """The latest event tells the state; one that arrives late changes nothing but the timeline."""
    if submission.events.filter(at__gt=event.at).exists():
        return
    submission.status = event.status
    submission.due_at = event.due_at or submission.due_at
    submission.save(update_fields=["status", "due_at"])


def _content(body: Body) -> bytes:
    encoded = body.data.get("content")
    if not isinstance(encoded, str) or len(encoded) > MAX_RESULT * 4 // 3 + 4:
        raise BodyRefused(f"content must be base64 of at most {MAX_RESULT} bytes")
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BodyRefused("content must be base64") from error
    if not content or hashlib.sha256(content).hexdigest() != _digest(body):
        raise DigestMismatch
    return content


def _digest(body: Body) -> str:
    """SHA-256 in hexadecimal; base64 is understood too, because signatures write digests so."""
    given = body.text("sha256")
    if len(given) == 64:
        return given.lower()
    try:
        return base64.b64decode(given, validate=True).hex()
    except (binascii.Error, ValueError) as error:
        raise BodyRefused("sha256 must be hexadecimal") from error
