"""Answering a request to complete: words and papers, signed, handed over like the application itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.utils.translation import gettext

from saola_platform.documents import api as documents
from saola_platform.kernel import audit, signing
from saola_platform.kernel.signin import SignedInPerson
from saola_platform.portal.applying.actions import Desk, file_fields
from saola_platform.portal.applying.container import completion_record, documents_to_sign
from saola_platform.portal.applying.signing import CONTAINER_TYPE, SigningEnd
from saola_platform.portal.errors import AlreadySent, NotYours
from saola_platform.portal.models import Attachment, Completion, DossierEvent, Submission

ACCEPT: Final = tuple(documents.ACCEPTED_KINDS)
MOST_FILES: Final = 10
REQUESTED: Final = "completion-requested"


def open_request(*, submission: Submission) -> DossierEvent | None:
    """The latest request to complete that nothing was sent for yet."""
    event = submission.events.filter(type=REQUESTED).last()
    if event is None:
        return None
    answered = submission.completions.filter(request_event=event.event_id).exclude(state=Completion.State.OPEN)
    return None if answered.exists() else event


def completion_for(*, desk: Desk, submission: Submission) -> Completion:
    """The open completion, begun when first asked for. Raises NotYours when nothing is asked."""
    event = open_request(submission=submission)
    if event is None:
        raise NotYours("nothing is asked for")
    row, _ = Completion.objects.get_or_create(
        request_event=event.event_id, defaults={"submission": submission, "created_at": desk.at}
    )
    return row


def save_message(*, completion: Completion, message: str) -> None:
    """Keep what the person writes to the official."""
    Completion.objects.filter(pk=completion.pk, state=Completion.State.OPEN).update(message=message[:4000])


def add_file(*, desk: Desk, completion: Completion, name: str, pieces: Iterable[bytes], limit: int) -> Attachment:
    """Keep one file; raises a kind of documents.UploadRefused, AlreadySent."""
    if completion.state != Completion.State.OPEN or completion.attachments.count() >= MOST_FILES:
        raise AlreadySent
    stored = documents.keep_upload(owner=desk.owner, name=name, pieces=pieces, accept=ACCEPT, limit=limit, at=desk.at)
    return completion.attachments.create(document="completion", added_at=desk.at, **file_fields(stored))


def remove_file(*, desk: Desk, completion: Completion, attachment_id: int) -> None:
    """Take a file out again; nothing happens when it is not there or all was sent."""
    if completion.state != Completion.State.OPEN:
        return
    found = completion.attachments.filter(pk=attachment_id).first()
    if found is not None:
        found.delete()
        documents.forget(file_id=found.file, owner=desk.owner)


def start(*, desk: Desk, completion: Completion, person: SignedInPerson, return_url: str) -> str:
    """Prepare the container and return the address at which the person signs it."""
    attachments = list(completion.attachments.all())
    record = completion_record(
        completion_id=completion.id,
        dossier_code=completion.submission.dossier_code,
        submission_id=completion.submission_id,
        message=completion.message,
        attachments=attachments,
        at=desk.at,
    )
    started = signing.start_signature(
        person=person,
        form="container",
        documents=documents_to_sign(name="completion.json", record=record, attachments=attachments, owner=desk.owner),
        title=gettext("Completion of dossier %(code)s") % {"code": completion.submission.dossier_code},
        return_url=return_url,
        reference=str(completion.id),
    )
    Completion.objects.filter(pk=completion.pk, state=Completion.State.OPEN).update(signing_request=str(started.id))
    return started.url


def finish(*, desk: Desk, completion: Completion, person: SignedInPerson) -> SigningEnd:
    """Fetch the signature; when there is one, keep the container and queue the hand-over."""
    if completion.state != Completion.State.OPEN:
        return SigningEnd("sent")
    if not completion.signing_request:
        return SigningEnd("expired")
    outcome = signing.finish_signature(id=uuid.UUID(completion.signing_request), person=person)
    if outcome.status != "signed" or outcome.content is None:
        return SigningEnd("waiting" if outcome.status == "signed" else outcome.status, outcome.reason)
    _submit(desk=desk, completion=completion, container=outcome.content)
    return SigningEnd("sent")


def _submit(*, desk: Desk, completion: Completion, container: bytes) -> None:
    from saola_platform.portal.tasks import hand_over_completion

    with transaction.atomic():
        row = Completion.objects.select_for_update().get(pk=completion.pk)
        if row.state != Completion.State.OPEN:
            return
        stored = documents.keep_own(
            owner=desk.owner,
            name=f"completion-{row.id}.asice",
            media_type=CONTAINER_TYPE,
            content=container,
            at=desk.at,
        )
        row.container, row.state = stored.id, Completion.State.SENDING
        row.signed_at = row.next_attempt_at = desk.at
        row.save()
        audit.record(action="completion-signed", person=desk.owner, detail={"completion": str(row.id)})
        hand_over_completion.defer(completion_id=str(row.id))
