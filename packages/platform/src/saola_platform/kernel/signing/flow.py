"""The way of a signature: prepare, send the person to sign, fetch the value, assemble."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction
from saola_trust.errors import TrustError

from saola_platform.errors import SignatureFailed, SignatureUnknown
from saola_platform.kernel import audit, clock
from saola_platform.kernel.models import PendingDocument, PendingSignature
from saola_platform.kernel.signin import SignedInPerson
from saola_platform.kernel.signing import forms, identity
from saola_platform.kernel.signing.values import (
    CredentialKind,
    Form,
    SignatureOutcome,
    SigningCertificate,
    StartedSignature,
    ToSign,
)


def start_signature(
    *,
    person: SignedInPerson,
    form: Form,
    documents: Sequence[ToSign],
    title: str,
    return_url: str,
    kind: CredentialKind = "person",
    reference: str = "",
) -> StartedSignature:
    """Prepare a signature over the documents (one, for a PDF) and say where the browser has to go.

    `title` is what the person reads there; `return_url` is an absolute address of this site;
    `reference` comes back with the outcome. Raises SignatureFailed, PeerUnavailable.
    """
    at = clock.now()
    certificate = identity.signing_certificate(sub=person.sub, kind=kind)
    try:
        prepared = forms.prepare(
            form=form, documents=documents, certificate=certificate, at=at, title=title, name=person.name
        )
    except TrustError as exc:
        raise SignatureFailed(f"the documents cannot be signed: {exc}") from exc
    opened = identity.open_request(
        sub=person.sub, kind=kind, documents=documents, digest=prepared.digest, title=title, return_url=return_url
    )
    with transaction.atomic():
        pending = _keep(
            PendingSignature(
                form=form,
                person=person.personal_number,
                request_id=opened.request_id,
                reference=reference,
                prepared_at=at,
                certificates=_pems(certificate),
                prepared=prepared.file,
            ),
            documents=documents,
        )
        audit.record(action="signature-started", person=person.personal_number, detail={"signature": str(pending.id)})
    return StartedSignature(id=pending.id, request_id=opened.request_id, url=opened.url)


def finish_signature(*, id: uuid.UUID, person: SignedInPerson) -> SignatureOutcome:  # noqa: A002 - it is the id
    """Fetch the signature and assemble it; may be called again until the status is not "waiting".

    Raises SignatureUnknown when this person started no such signature, and SignatureFailed or
    PeerUnavailable when it can be tried again: nothing is lost then.
    """
    pending = PendingSignature.objects.filter(id=id, person=person.personal_number).first()
    if pending is None:
        raise SignatureUnknown(f"no signature {id} of this person")
    if pending.status != PendingSignature.Status.WAITING:
        return _outcome(pending)
    state = identity.state_of(request_id=pending.request_id)
    if state.status == "waiting":
        return _outcome(pending)
    result = _assemble(pending, value=state.value) if state.value is not None else None
    return _settle(id, status=state.status, result=result, reason=state.reason, at=clock.now())


def _assemble(pending: PendingSignature, *, value: bytes) -> bytes:
    documents = [
        ToSign(name=document.name, media_type=document.media_type, content=bytes(document.content))
        for document in pending.documents.all()
    ]
    try:
        return forms.assemble(
            documents=documents,
            certificate=identity.certificate_of(pending.certificates),
            at=pending.prepared_at,
            file=bytes(pending.prepared) if pending.prepared is not None else None,
            value=value,
        )
    except TrustError as exc:
        raise SignatureFailed(f"the signature cannot be completed: {exc}") from exc


def _settle(identifier: uuid.UUID, *, status: str, result: bytes | None, reason: str, at: datetime) -> SignatureOutcome:
    """Two returns of the browser at once settle it once; the second gets what the first kept."""
    with transaction.atomic():
        pending = PendingSignature.objects.select_for_update().get(id=identifier)
        if pending.status == PendingSignature.Status.WAITING:
            pending.status, pending.result, pending.reason, pending.finished_at = status, result, reason[:2000], at
            pending.prepared = None
            pending.save()
            pending.documents.all().delete()
            audit.record(action=f"signature-{status}", person=pending.person, detail={"signature": str(pending.id)})
    return _outcome(pending)


def _outcome(pending: PendingSignature) -> SignatureOutcome:
    content = bytes(pending.result) if pending.result is not None else None
    return SignatureOutcome(
        status=PendingSignature.Status(pending.status).value,  # type: ignore[arg-type]
        content=content,
        reason=pending.reason,
        reference=pending.reference,
    )


def _keep(pending: PendingSignature, *, documents: Sequence[ToSign]) -> PendingSignature:
    pending.save(force_insert=True)
    PendingDocument.objects.bulk_create(
        PendingDocument(
            signature=pending,
            position=position,
            name=document.name,
            media_type=document.media_type,
            content=document.content,
        )
        for position, document in enumerate(documents)
    )
    return pending


def _pems(certificate: SigningCertificate) -> list[str]:
    return [one.public_bytes(Encoding.PEM).decode() for one in (certificate.certificate, *certificate.chain)]
