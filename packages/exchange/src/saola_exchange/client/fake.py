"""An exchange for tests: answers are programmed, calls are kept to be looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .calls import NO_QUERY, EvidenceKind, ExchangeResponse
from .errors import CallFailed, ExchangeRefused


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call as the caller made it."""

    method: str
    service: str
    path: str
    query: Mapping[str, str]
    body: bytes | None
    content_type: str | None
    purpose: str
    legal_ground: str
    data_subject: str | None
    dossier: str | None
    idempotency_key: str | None
    message_id: str
    user_id: str | None

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body or b"null")


Answer = Callable[[RecordedCall], ExchangeResponse]


@dataclass(slots=True)
class FakeExchange:
    """Programmable: the newest matching answer wins; a call nobody programmed is refused."""

    calls: list[RecordedCall] = field(default_factory=list)
    containers: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _answers: list[tuple[str, str, str | None, Answer]] = field(default_factory=list)

    def answers(
        self,
        *,
        method: str,
        service: str,
        path: str | None = None,
        status: int = 200,
        body: object = None,
        content_type: str = "application/json",
    ) -> None:
        """Programme one answer: `body` is bytes, or anything JSON can hold. `path` None means any."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()

        def answer(call: RecordedCall) -> ExchangeResponse:
            return ExchangeResponse(
                status=status,
                headers={"content-type": content_type},
                body=content,
                message_id=call.message_id,
                request_id=f"request-of-{call.message_id}",
            )

        self.answers_with(method=method, service=service, path=path, answer=answer)

    def answers_with(self, *, method: str, service: str, path: str | None = None, answer: Answer) -> None:
        """Programme a function of the call; it may raise a `CallFailed`."""
        self._answers.insert(0, (method.upper(), service, path, answer))

    def fails(self, *, method: str, service: str, path: str | None = None, error: CallFailed) -> None:
        """Programme a failure."""

        def answer(_: RecordedCall) -> ExchangeResponse:
            raise error

        self.answers_with(method=method, service=service, path=path, answer=answer)

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
        """Keep the call and give the programmed answer."""
        del timeout
        call = RecordedCall(
            method=method.upper(),
            service=service,
            path=path,
            query=dict(query),
            body=body,
            content_type=content_type,
            purpose=purpose,
            legal_ground=legal_ground,
            data_subject=data_subject,
            dossier=dossier,
            idempotency_key=idempotency_key,
            user_id=user_id,
            message_id=message_id or f"fake-{len(self.calls) + 1}",
        )
        self.calls.append(call)
        for known_method, known_service, known_path, answer in self._answers:
            if (known_method, known_service) == (call.method, service) and known_path in {None, path}:
                return answer(call)
        raise ExchangeRefused(
            code="server.serverproxy.unknown_service",
            message=f"no answer programmed for {method} {service}{path}",
            message_id=call.message_id,
        )

    def evidence(self, *, message_id: str, kind: EvidenceKind, request_id: str | None = None) -> bytes:
        """The container put into `containers` under (message id, kind)."""
        del request_id
        if (message_id, kind) not in self.containers:
            raise ExchangeRefused(code="client.not_found", message="no such message", message_id=message_id)
        return self.containers[message_id, kind]
