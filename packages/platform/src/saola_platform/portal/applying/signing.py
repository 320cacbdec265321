"""Signing an application: the container is prepared here, signed at the identity provider, and queued in one step.

The signature's return is idempotent: however often the browser comes back, there is one submission.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Final, Literal

from django.db import transaction
from django.utils.translation import gettext
from saola_trust.containers import read_asice

from saola_platform.documents import api as documents
from saola_platform.kernel import audit, signing
from saola_platform.kernel.signin import SignedInPerson
from saola_platform.portal.applying.actions import Desk
from saola_platform.portal.applying.container import application_record, documents_to_sign
from saola_platform.portal.applying.drafts import Application
from saola_platform.portal.errors import NotYours
from saola_platform.portal.models import Draft, Submission

CONTAINER_TYPE: Final = "application/vnd.etsi.asic-e+zip"
Outcome = Literal["sent", "refused", "expired", "waiting"]


@dataclass(frozen=True, slots=True)
class SigningEnd:
    """What the signature came to; ``reason`` is the person's own when they refused."""

    outcome: Outcome
    reason: str = ""


def is_ready(application: Application) -> bool:
    """Whether everything that the one-stop will check is there."""
    return not application.problems() and not application.papers_missing() and application.authority() is not None


def start(*, desk: Desk, draft_id: uuid.UUID, person: SignedInPerson, return_url: str) -> str:
    """Prepare the container and return the address at which the person signs it."""
    application = desk.open(draft_id)
    if not is_ready(application):
        raise NotYours("the application is not complete")
    record = application_record(application=application, at=desk.at)
    name = application.procedure.name.in_(desk.language)
    started = signing.start_signature(
        person=person,
        form="container",
        documents=documents_to_sign(
            name="application.json", record=record, attachments=application.attachments, owner=desk.owner
        ),
        title=gettext("Application: %(service)s") % {"service": name},
        return_url=return_url,
        reference=str(draft_id),
    )
    Draft.objects.filter(id=draft_id, owner=desk.owner, sent=False).update(signing_request=str(started.id))
    return started.url


def finish(*, desk: Desk, draft_id: uuid.UUID, person: SignedInPerson) -> SigningEnd:
    """Fetch the signature; when there is one, keep the container and queue the hand-over."""
    if Submission.objects.filter(id=draft_id, owner=desk.owner).exists():
        return SigningEnd("sent")
    row = desk.open(draft_id).row
    if not row.signing_request:
        return SigningEnd("expired")
    outcome = signing.finish_signature(id=uuid.UUID(row.signing_request), person=person)
    if outcome.status != "signed" or outcome.content is None:
        return SigningEnd("waiting" if outcome.status == "signed" else outcome.status, outcome.reason)
    _submit(desk=desk, draft_id=draft_id, container=outcome.content)
    return SigningEnd("sent")


def _submit(*, desk: Desk, draft_id: uuid.UUID, container: bytes) -> None:
    """Container, submission and job come into being together or not at all."""
    from saola_platform.portal.tasks import hand_over_submission

    record = signed_record(container, name="application.json")
    with transaction.atomic():
        row = Draft.objects.select_for_update().get(id=draft_id, owner=desk.owner)
        if row.sent:
            return
        stored = documents.keep_own(
            owner=desk.owner,
            name=f"application-{row.id}.asice",
            media_type=CONTAINER_TYPE,
            content=container,
            at=desk.at,
        )
        Submission.objects.create(
            id=row.id,
            owner=row.owner,
            procedure=row.procedure,
            language=row.language,
            destination=str(record["destination"]),
            application=record,
            email=row.email,
            container=stored.id,
            signed_at=desk.at,
            next_attempt_at=desk.at,
        )
        row.sent = True
        row.save(update_fields=["sent"])
        audit.record(action="application-signed", person=row.owner, detail={"submission": str(row.id)})
        hand_over_submission.defer(submission_id=str(row.id))


def signed_record(container: bytes, *, name: str) -> dict[str, object]:
    """The JSON document as it was signed: what counts is in the container, not what the draft says by now."""
    document = next(one for one in read_asice(container).documents if one.name == name)
    record = json.loads(document.content)
    if not isinstance(record, dict):
        raise TypeError(f"{name} is not an object")
    return record
