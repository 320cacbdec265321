"""From a declared operation to its effect; the table of kinds."""

from __future__ import annotations

from datetime import datetime

from saola_blueprint.errors import BlueprintError
from saola_blueprint.schema import DocumentDeliver, DocumentRender, DocumentSeal, Operation, RegisterCreate

from saola_platform.cases.declarations import procedure_of
from saola_platform.cases.errors import OperationRefused
from saola_platform.cases.models import Dossier
from saola_platform.cases.operations.papers import deliver, render, seal
from saola_platform.cases.operations.registering import create_record
from saola_platform.cases.operations.results import OperationResult

KINDS = {
    "register.create": RegisterCreate,
    "document.render": DocumentRender,
    "document.seal": DocumentSeal,
    "document.deliver": DocumentDeliver,
}


def perform(*, dossier: Dossier, operation: str, at: datetime) -> OperationResult:
    """Carry an operation out. Nothing is stored here: whoever calls stores the result before going on."""
    declared = procedure_of(dossier).operations.get(operation)
    if declared is None:
        raise OperationRefused(f"The procedure {dossier.procedure} declares no operation {operation!r}.")
    try:
        return _perform(dossier=dossier, declared=declared, at=at)
    except BlueprintError as exc:
        raise OperationRefused(f"{operation}: {exc.detail}") from exc


def _perform(*, dossier: Dossier, declared: Operation, at: datetime) -> OperationResult:
    match declared:
        case RegisterCreate():
            return create_record(dossier=dossier, operation=declared, at=at)
        case DocumentRender():
            return render(dossier=dossier, operation=declared, at=at)
        case DocumentSeal():
            return seal(dossier=dossier, operation=declared, at=at)
        case DocumentDeliver():
            return deliver(dossier=dossier, operation=declared, at=at)
