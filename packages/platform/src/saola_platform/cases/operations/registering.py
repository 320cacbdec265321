"""`register.create`: a record of another organisation's register, made once per dossier and operation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from saola_blueprint.rules import resolve_all
from saola_blueprint.schema import RegisterCreate

from saola_platform.cases.declarations import local_day, procedure_of
from saola_platform.cases.models import Dossier, OperationRun
from saola_platform.cases.operations.exchange_calls import call, content_of
from saola_platform.cases.operations.facts import facts_about
from saola_platform.cases.operations.results import OperationResult
from saola_platform.kernel.country import country
from saola_platform.kernel.exchange import provider


def create_record(*, dossier: Dossier, operation: RegisterCreate, at: datetime) -> OperationResult:
    """Create the record, or correct it when an earlier round of this case made it from other answers.

    A repeated call has the same idempotency key, so the register answers with the same record.
    """
    facts, rules = facts_about(dossier=dossier, at=at), procedure_of(dossier).rules
    data = resolve_all(operation.data, facts=facts, rules=rules, on=local_day(at))
    earlier = _earlier(dossier, operation.id)
    # An earlier round made the record; its key at the register belongs to what was sent then.
    record = _create(dossier, operation, data) if earlier is None else _correct(dossier, operation, earlier, data)
    kept = {name: _value(record, source) for name, source in operation.keep.items()}
    return OperationResult(kept=kept, note={"key": record["key"], "version": record["version"]})


def _create(dossier: Dossier, operation: RegisterCreate, data: dict[str, Any]) -> dict[str, Any]:
    service = _service(operation)
    answer = call(
        dossier=dossier,
        method="POST",
        service=service,
        path="/records",
        body={"data": data},
        legal_ground=str(operation.legal_ground),
        idempotency_key=f"{dossier.code}:{operation.id}",
    )
    return content_of(answer, service=service)


def _correct(
    dossier: Dossier, operation: RegisterCreate, earlier: dict[str, Any], data: dict[str, Any]
) -> dict[str, Any]:
    service, ground = _service(operation), str(operation.legal_ground)
    path = f"/records/{earlier['key']}"
    answer = call(dossier=dossier, method="GET", service=service, path=path, legal_ground=ground)
    current = content_of(answer, service=service)
    changed = {**current["data"], **data}
    if changed == current["data"]:
        return current
    body = {"version": current["version"], "data": changed, "legal_ground": ground}
    answer = call(dossier=dossier, method="PUT", service=service, path=path, body=body, legal_ground=ground)
    return content_of(answer, service=service)


def _service(operation: RegisterCreate) -> str:
    register = country().registers[operation.register]
    return provider(organisation=register.owner, subsystem=register.subsystem, service=register.id)


def _earlier(dossier: Dossier, operation: str) -> dict[str, Any] | None:
    runs = OperationRun.objects.filter(step__dossier=dossier, operation=operation, result__isnull=False)
    last = runs.order_by("-pk").values_list("result", flat=True).first()
    return last["note"] if last else None


def _value(record: dict[str, Any], source: str) -> Any:
    return record["key"] if source == "key" else record["data"].get(source)
