"""Calls of a case to other organisations: always with purpose, legal ground, data subject and dossier."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from saola_blueprint.rules import purpose_of
from saola_exchange.client import ExchangeRefused, ExchangeResponse, ExchangeUnavailable

from saola_platform.cases.declarations import procedure_of
from saola_platform.cases.errors import OperationFailed, OperationRefused
from saola_platform.cases.models import Dossier
from saola_platform.kernel.exchange import exchange

JSON = "application/json"


def call(
    *,
    dossier: Dossier,
    method: str,
    service: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    legal_ground: str,
    idempotency_key: str | None = None,
) -> ExchangeResponse:
    """One call; :class:`OperationFailed` when it may work later, :class:`OperationRefused` when it will not."""
    try:
        answer = exchange().call(
            method=method,
            service=service,
            path=path,
            body=json.dumps(body, ensure_ascii=False, sort_keys=True).encode() if body is not None else None,
            content_type=JSON if body is not None else None,
            purpose=purpose_of(procedure_of(dossier)),
            legal_ground=legal_ground,
            data_subject=dossier.applicant_number,
            dossier=dossier.code,
            idempotency_key=idempotency_key,
        )
    except ExchangeUnavailable as exc:
        raise OperationFailed(f"{service}: {exc.message} [{exc.code}]") from exc
    except ExchangeRefused as exc:
        raise OperationRefused(f"{service}: {exc.message} [{exc.code}]") from exc
    if answer.status >= 500 or answer.status in {408, 425, 429}:
        raise OperationFailed(f"{service} answered {answer.status}. {_detail(answer)}")
    return answer


def content_of(answer: ExchangeResponse, *, service: str) -> dict[str, Any]:
    """The JSON object of an answer 200 or 201; :class:`OperationRefused` tells the other side's problem."""
    if answer.status not in {200, 201}:
        raise OperationRefused(f"{service} answered {answer.status}. {_detail(answer)}")
    try:
        content = answer.json()
    except ValueError as exc:
        raise OperationFailed(f"{service} answered something that is not JSON.") from exc
    if not isinstance(content, dict):
        raise OperationFailed(f"{service} answered something that is not an object.")
    return content


def general_ground(dossier: Dossier) -> str:
    """The legal ground of messages that belong to the procedure as a whole: its first legal basis."""
    basis = procedure_of(dossier).legal_basis
    return basis[0].number if basis else dossier.procedure


def _detail(answer: ExchangeResponse) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return ""
    if not isinstance(problem, dict):
        return ""
    return f"{problem.get('title', '')}: {problem.get('detail', '')} {problem.get('remedy', '')}".strip(" :")[:500]
