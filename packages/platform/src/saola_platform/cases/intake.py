"""Takes an application in: checked, numbered, given its deadline and receipt, and its workflow begun.

One transaction: after a crash the application either is a dossier, with everything that belongs to it, or is not here
at all and will be sent again under the same submission id.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from saola_blueprint.rules import validate

from saola_platform.cases import events, jobs, progress
from saola_platform.cases.applications import Application, read_application
from saola_platform.cases.declarations import competent, due, local_day, online_procedure, organisation_of, wire_moment
from saola_platform.cases.errors import ApplicationRefused, SubmissionConflict
from saola_platform.cases.models import Dossier
from saola_platform.cases.numbering import next_code
from saola_platform.cases.operations.papers import OWNER
from saola_platform.cases.receipt import receipt_pdf
from saola_platform.cases.verification import SignedContainer, verifier
from saola_platform.documents.api import keep_own, read_file
from saola_platform.kernel import audit
from saola_platform.kernel.country import country

CONTAINER = "application/vnd.etsi.asic-e+zip"
PDF = "application/pdf"
LEVELS_ENOUGH = ("LT", "LTA", "B-LT", "B-LTA")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The dossier, and whether it was made now (else the same submission was here before)."""

    dossier: Dossier
    new: bool


def take_in(*, container: bytes, submission_id: str, portal: str, at: datetime) -> TakenIn:
    """Make a dossier of an application container that `portal` ("I/C/M/S") sent at `at`.

    The same submission id with the same bytes gives the same dossier; :class:`SubmissionConflict` with others,
    :class:`ApplicationRefused` for everything that is wrong with the application itself.
    """
    key, digest = _key(submission_id), hashlib.sha256(container).hexdigest()
    known = _known(key=key, digest=digest)
    if known is not None:
        return known
    signed = verifier().verify(container=container, at=at)
    application = read_application(documents=signed.documents)
    _check(application=application, signed=signed, key=key, at=at)
    try:
        with transaction.atomic():
            dossier = _create(application, signed, container=container, digest=digest, portal=portal, at=at)
    except IntegrityError:
        # The same submission arrived twice at the same moment; the other one was kept.
        known = _known(key=key, digest=digest)
        if known is None:
            raise
        return known
    return TakenIn(dossier=dossier, new=True)


def answer_of(dossier: Dossier) -> dict[str, Any]:
    """What the portal is told about a dossier taken in; the same at every repetition."""
    organisation = organisation_of(dossier)
    first = dossier.events.order_by("sequence").first()
    receipt = read_file(file_id=dossier.receipt_id, owner=OWNER) if dossier.receipt_id else None
    return {
        "dossier_code": dossier.code,
        "received_at": wire_moment(dossier.received_at),
        "due_at": wire_moment(first.due_at) if first and first.due_at else None,
        "competent_authority": {"code": organisation.code, "name": dict(organisation.name)},
        "status": "received",
        "receipt": {"media_type": PDF, "content": base64.b64encode(receipt).decode()} if receipt else None,
    }


def _key(submission_id: str) -> UUID:
    try:
        return UUID(submission_id)
    except ValueError as exc:
        raise ApplicationRefused("The Idempotency-Key is not a submission id.") from exc


def _known(*, key: UUID, digest: str) -> TakenIn | None:
    dossier = Dossier.objects.filter(submission_id=key).first()
    if dossier is None:
        return None
    if dossier.submission_digest != digest:
        raise SubmissionConflict(f"Submission {key} arrived before with another content.")
    return TakenIn(dossier=dossier, new=False)


def _check(*, application: Application, signed: SignedContainer, key: UUID, at: datetime) -> None:
    if application.submission_id != key:
        raise ApplicationRefused("The Idempotency-Key is not the submission id of the application.")
    if signed.signer_number != application.applicant_number:
        raise ApplicationRefused("The application is not signed by its applicant.")
    if signed.level not in LEVELS_ENOUGH:
        raise ApplicationRefused(
            f"The signature has level {signed.level}; it needs time stamp and revocation answers (LT)."
        )
    if application.submitted_at > at and (application.submitted_at - at).total_seconds() > 300:
        raise ApplicationRefused("The application says that it was submitted in the future.")
    procedure = online_procedure(application.procedure)
    competent(procedure=procedure, destination=application.destination)
    problems = validate(country=country(), procedure=procedure, answers=application.answers, on=local_day(at))
    wrong = [f"{one.path}: {one.code}" for one in problems if one.severity == "error"]
    if wrong:
        raise ApplicationRefused("The answers are not acceptable: " + "; ".join(sorted(wrong))[:1500])


def _create(
    application: Application, signed: SignedContainer, *, container: bytes, digest: str, portal: str, at: datetime
) -> Dossier:
    name = f"{application.submission_id}.asice"
    kept = keep_own(owner=OWNER, name=name, media_type=CONTAINER, content=container, at=at)
    dossier = Dossier.objects.create(
        code=next_code(country=country(), agency=application.destination, at=at),
        submission_id=application.submission_id,
        submission_digest=digest,
        procedure=application.procedure,
        organisation=application.destination,
        language=application.language,
        applicant_number=application.applicant_number,
        applicant_name=application.applicant_name,
        answers=dict(application.answers),
        prefilled=[dict(one) for one in application.prefilled],
        attachments=attachments_of(application.attachments, container=str(kept.id)),
        signature=dict(signed.report),
        submitted_at=application.submitted_at,
        received_at=at,
        due_at=due(procedure=online_procedure(application.procedure), received=at),
        portal=portal,
        container_id=kept.id,
    )
    paper = receipt_pdf(dossier=dossier, at=at)
    dossier.receipt_id = keep_own(owner=OWNER, name=f"{dossier.code}.pdf", media_type=PDF, content=paper, at=at).id
    dossier.save(update_fields=["receipt_id"])
    events.tell(dossier=dossier, kind="received", at=at)
    progress.begin(dossier=dossier, at=at)
    audit.record(action="dossier-received", person=dossier.applicant_number, detail={"dossier": dossier.code})
    jobs.want_delivery(dossier=dossier.pk)
    return dossier


def attachments_of(attachments: Any, *, container: str) -> list[dict[str, Any]]:
    """The attachments as the dossier keeps them, each with the container that it lies in."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "path": one.path,
            "media_type": one.media_type,
            "size": one.size,
            "sha256": one.sha256,
            "container": container,
        }
        for one in attachments
    ]
