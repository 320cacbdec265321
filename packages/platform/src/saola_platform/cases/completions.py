"""Takes in what the applicant sends after being asked to complete the dossier; the clock runs again."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from saola_platform.cases import events, jobs, progress
from saola_platform.cases.applications import Completion, read_completion
from saola_platform.cases.declarations import procedure_of, wire_moment
from saola_platform.cases.errors import ApplicationRefused, NoSuchDossier, NotWaiting, SubmissionConflict
from saola_platform.cases.intake import CONTAINER, LEVELS_ENOUGH, attachments_of
from saola_platform.cases.models import CompletionRequest, Dossier
from saola_platform.cases.operations.papers import OWNER
from saola_platform.cases.verification import SignedContainer, verifier
from saola_platform.documents.api import keep_own
from saola_platform.kernel import audit


def complete(*, code: str, container: bytes, key: str, at: datetime) -> tuple[dict[str, Any], bool]:
    """Take a completion in; the answer, and whether it was taken now. Errors as in `intake`, and `NotWaiting`."""
    digest = hashlib.sha256(container).hexdigest()
    known = _known(code=code, key=key, digest=digest)
    if known is not None:
        return known, False
    signed = verifier().verify(container=container, at=at)
    completion = read_completion(documents=signed.documents)
    with transaction.atomic():
        dossier = Dossier.objects.select_for_update().filter(code=code).first()
        if dossier is None:
            raise NoSuchDossier(f"There is no dossier {code}.")
        # The same completion may have been kept while this one waited for the lock.
        known = _known(code=code, key=key, digest=digest)
        if known is not None:
            return known, False
        _check(dossier=dossier, completion=completion, signed=signed, key=key)
        return _take(dossier, completion, container=container, digest=digest, at=at), True


def _known(*, code: str, key: str, digest: str) -> dict[str, Any] | None:
    try:
        request = CompletionRequest.objects.filter(completion_id=UUID(key), dossier__code=code).first()
    except ValueError as exc:
        raise ApplicationRefused("The Idempotency-Key is not a completion id.") from exc
    if request is None:
        return None
    if request.completion_digest != digest:
        raise SubmissionConflict(f"Completion {key} arrived before with another content.")
    answer: dict[str, Any] = request.answer["reply"]
    return answer


def _check(*, dossier: Dossier, completion: Completion, signed: SignedContainer, key: str) -> None:
    if completion.completion_id != UUID(key):
        raise ApplicationRefused("The Idempotency-Key is not the completion id.")
    if completion.dossier_code != dossier.code or completion.submission_id != dossier.submission_id:
        raise ApplicationRefused("The completion names another dossier.")
    if signed.signer_number != dossier.applicant_number:
        raise ApplicationRefused("The completion is not signed by the applicant.")
    if signed.level not in LEVELS_ENOUGH:
        raise ApplicationRefused(f"The signature has level {signed.level}; it needs level LT.")
    form = procedure_of(dossier).form
    unknown = sorted(path for path in completion.answers if form is None or form.field(path) is None)
    if unknown:
        raise ApplicationRefused(f"The form has no question {unknown[0][:80]!r}.")


def _take(dossier: Dossier, completion: Completion, *, container: bytes, digest: str, at: datetime) -> dict[str, Any]:
    request = dossier.completion_requests.filter(answered_at__isnull=True).select_related("step").first()
    if request is None or request.step.closed_at is not None:
        raise NotWaiting(f"The dossier {dossier.code} does not wait for a completion.")
    name = f"{completion.completion_id}.asice"
    kept = keep_own(owner=OWNER, name=name, media_type=CONTAINER, content=container, at=at)
    request.answered_at, request.completion_id = at, completion.completion_id
    request.completion_digest, request.container_id = digest, kept.id
    request.save()
    dossier.answers = {**dossier.answers, **completion.answers}
    dossier.attachments = [*dossier.attachments, *attachments_of(completion.attachments, container=str(kept.id))]
    step = request.step
    step.dossier = dossier
    outcomes = procedure_of(dossier).tasks[step.node].outcomes
    progress.finish(step=step, outcome=outcomes[0].id if outcomes else "completed", at=at)
    events.tell(dossier=dossier, kind="completed", at=at, message=completion.message)
    reply = {"status": dossier.status, "due_at": wire_moment(dossier.due_at) if dossier.due_at else None}
    request.answer = {"message": completion.message, "answers": dict(completion.answers), "reply": reply}
    request.save(update_fields=["answer"])
    audit.record(action="dossier-completed", person=dossier.applicant_number, detail={"dossier": dossier.code})
    jobs.want_delivery(dossier=dossier.pk)
    return reply
