"""The values of a call and the seam that callers are written against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

EvidenceKind = Literal["request", "response"]
NO_QUERY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class ExchangeResponse:
    """The service's own answer, whatever its status: 404 from a register is an answer, not an error.

    `headers` has lower-case names; a name that came twice holds both values joined by ``", "``.
    `message_id` and `request_id` find the signed message in the logs of both sides.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    message_id: str
    request_id: str

    def json(self) -> Any:
        """The body as JSON; `ValueError` when it is something else."""
        return json.loads(self.body)


class Exchange(Protocol):
    """What a site needs of the exchange: calling a service, and the evidence of a call."""

    def call(
        self,
        *,
        method: str,
        service: str,
        path: str = "",
        query: Mapping[str, str] = NO_QUERY,
        body: bytes | None = None,
        content_type: str | None = None,
        purpose: str,
        legal_ground: str,
        data_subject: str | None = None,
        dossier: str | None = None,
        idempotency_key: str | None = None,
        message_id: str | None = None,
        user_id: str | None = None,
        timeout: float = 30.0,
    ) -> ExchangeResponse:
        """Call one service of another organisation and wait for its answer."""
        ...

    def evidence(self, *, message_id: str, kind: EvidenceKind, request_id: str | None = None) -> bytes:
        """The signed container (.asice) of one logged message, from the own gateway."""
        ...
