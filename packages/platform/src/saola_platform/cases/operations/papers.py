"""`document.render`, `document.seal`, `document.deliver`: the documents of a case, from template to applicant."""

from __future__ import annotations

import base64
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from saola_blueprint.rules import resolve_all
from saola_blueprint.schema import DocumentDeliver, DocumentRender, DocumentSeal

from saola_platform.cases.declarations import local_day, procedure_of
from saola_platform.cases.errors import OperationRefused
from saola_platform.cases.models import Dossier, KeptDocument
from saola_platform.cases.operations.exchange_calls import call, content_of, general_ground
from saola_platform.cases.operations.facts import facts_about
from saola_platform.cases.operations.results import Made, OperationResult
from saola_platform.cases.operations.sealing import sealer
from saola_platform.cases.typesetting import typeset
from saola_platform.documents.api import read_file

OWNER = ""


def render(*, dossier: Dossier, operation: DocumentRender, at: datetime) -> OperationResult:
    """Typeset the document and keep it under its name."""
    facts, rules = facts_about(dossier=dossier, at=at), procedure_of(dossier).rules
    data = resolve_all(operation.data, facts=facts, rules=rules, on=local_day(at))
    content = typeset(template=operation.template, data=data, at=at)
    return OperationResult(made=Made(operation.keep, "rendered", dict(operation.title), content), note={"data": data})


def seal(*, dossier: Dossier, operation: DocumentSeal, at: datetime) -> OperationResult:
    """Put the authority's electronic seal on the newest form of the document."""
    document = newest(dossier=dossier, name=operation.document)
    content = sealer().seal(pdf=content_of_document(document), reason=dossier.code, at=at)
    return OperationResult(made=Made(document.name, "sealed", document.title, content))


def deliver(*, dossier: Dossier, operation: DocumentDeliver, at: datetime) -> OperationResult:
    """Hand the newest form of the document to the portal, for the applicant's documents; the same id each time."""
    document = newest(dossier=dossier, name=operation.document)
    result_id = str(uuid5(NAMESPACE_URL, f"{dossier.submission_id}:{dossier.code}:{operation.id}"))
    service = f"{dossier.portal}/dossier-events"
    answer = call(
        dossier=dossier,
        method="POST",
        service=service,
        path="/results",
        body={
            "result_id": result_id,
            "dossier_code": dossier.code,
            "submission_id": str(dossier.submission_id),
            "subject": dossier.applicant_number,
            "title": dict(operation.title),
            "media_type": "application/pdf",
            "sha256": document.sha256,
            "content": base64.b64encode(content_of_document(document)).decode(),
            "valid_from": local_day(document.made_at).isoformat(),
        },
        legal_ground=general_ground(dossier),
        idempotency_key=result_id,
    )
    content_of(answer, service=service)
    return OperationResult(
        note={"result_id": result_id, "sha256": document.sha256, "at": at.isoformat()}, tells="result-ready"
    )


def newest(*, dossier: Dossier, name: str) -> KeptDocument:
    """The newest form of a kept document; :class:`OperationRefused` when the case has none."""
    document = dossier.documents.filter(name=name).order_by("-pk").first()
    if document is None:
        raise OperationRefused(f"The case has no document {name!r} yet.")
    return document


def content_of_document(document: KeptDocument) -> bytes:
    """The bytes, checked against their digest."""
    return read_file(file_id=document.file_id, owner=OWNER)
