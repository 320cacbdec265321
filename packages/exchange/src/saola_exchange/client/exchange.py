"""The client of a real gateway, on the standard library's HTTP.

What the gateway itself refuses is told apart from the service's own answer by the header
``X-Road-Error``. The personal headers are percent-encoded UTF-8, so that they can be signed.
"""

from __future__ import annotations

import http.client
import json
import ssl
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from saola_exchange.protocol.declaration import Declaration
from saola_exchange.protocol.identifiers import ClientId

from .calls import NO_QUERY, EvidenceKind, ExchangeResponse
from .errors import CallFailed, ExchangeRefused, ExchangeUnavailable

MAX_ANSWER = 64 * 1024 * 1024
# Faults of servers that pass by themselves: repeating the call later may succeed.
PASSING_FAULTS = frozenset(
    {
        "network_error",
        "io_error",
        "timeout",
        "maintenance_mode",
        "global_conf_outdated",
        "logging_failed",
        "cannot_create_signature",
        "incorrect_validation_info",
        "internal_error",
    }
)


@dataclass(frozen=True, slots=True)
class ExchangeClient:
    """Calls services of other organisations through the own gateway.

    `gateway` is the base address ("http://127.1.2.3:8080"), `client` the own subsystem as
    "INSTANCE/CLASS/MEMBER/SUBSYSTEM", `token` the secret the gateway knows that client by.
    """

    gateway: str
    client: str
    token: str | None = field(default=None, repr=False)
    new_id: Callable[[], str] = field(default=lambda: str(uuid.uuid4()), repr=False)

    def __post_init__(self) -> None:
        if urlsplit(self.gateway).scheme not in {"http", "https"} or not urlsplit(self.gateway).hostname:
            raise ValueError(f"the gateway's address must be http://… or https://…, not {self.gateway!r}")
        if len(self.client.split("/")) != 4 or not all(self.client.split("/")):
            raise ValueError(f"the client must be INSTANCE/CLASS/MEMBER/SUBSYSTEM, not {self.client!r}")

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
        """Call `service` ("I/C/M/S/service"); `path` is readable text ("/records/a b"), encoded here.

        `timeout` (seconds) bounds each wait for the gateway. Raises `ExchangeUnavailable` when no
        answer could be had in time, `ExchangeRefused` when a gateway refused. Never repeats.
        """
        identifier = message_id or f"{self.client.split('/')[0]}-{self.new_id()}"
        headers = {
            **self._own_headers(),
            "X-Road-Id": identifier,
            "Content-Type": content_type,
            "X-Road-UserId": user_id,
            "Idempotency-Key": idempotency_key,
            **_declared(purpose, legal_ground, data_subject, dossier),
        }
        return self._send(
            method=method.upper(),
            target=_target(service=service, path=path, query=query),
            body=body,
            headers={name: value for name, value in headers.items() if value is not None},
            message_id=identifier,
            timeout=timeout,
        )

    def evidence(self, *, message_id: str, kind: EvidenceKind, request_id: str | None = None) -> bytes:
        """The container (.asice) of a message this subsystem sent or received, from the own gateway.

        `request_id` chooses when several messages carry the same message id. Raises
        `ExchangeRefused` when there is none, or more than one.
        """
        instance, member_class, member, subsystem = self.client.split("/")
        query = {
            "queryId": message_id,
            "xRoadInstance": instance,
            "memberClass": member_class,
            "memberCode": member,
            "subsystemCode": subsystem,
            f"{kind}Only": "true",
            "unique": "true",
        } | ({"requestId": request_id} if request_id else {})
        answer = self._send(
            method="GET",
            target=f"/asic?{urlencode(query)}",
            body=None,
            headers=self._own_headers(),
            message_id=message_id,
            timeout=60.0,
        )
        if answer.status != 200:
            raise ExchangeRefused(
                code="client.no_evidence", message=f"the gateway answered {answer.status}", message_id=message_id
            )
        return answer.body

    def _own_headers(self) -> dict[str, str]:
        own = {"X-Road-Client": ClientId.parse(self.client).encoded}
        return own | ({"X-Saola-Client-Token": self.token} if self.token else {})

    def _send(
        self,
        *,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
        message_id: str,
        timeout: float,
    ) -> ExchangeResponse:
        connection = self._connection(timeout)
        try:
            connection.request(method, target, body=body, headers=dict(headers))
            with connection.getresponse() as answer:
                content = answer.read(MAX_ANSWER + 1)
        except (OSError, http.client.HTTPException) as exc:
            raise ExchangeUnavailable(
                code="client.gateway_unreachable", message=f"no answer from the gateway: {exc}", message_id=message_id
            ) from exc
        finally:
            connection.close()
        names = {name.lower() for name in answer.headers}
        found = {name: ", ".join(answer.headers.get_all(name, [])) for name in names}
        if len(content) > MAX_ANSWER:
            raise ExchangeRefused(
                code="client.answer_too_large", message=f"more than {MAX_ANSWER} bytes", message_id=message_id
            )
        if "x-road-error" in found:
            raise _fault(header=found["x-road-error"], content=content, message_id=message_id)
        return ExchangeResponse(
            status=answer.status,
            headers=found,
            body=content,
            message_id=found.get("x-road-id", message_id),
            request_id=found.get("x-road-request-id", ""),
        )

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        address = urlsplit(self.gateway)
        if address.scheme == "https":
            return http.client.HTTPSConnection(
                address.hostname or "", address.port or 8443, timeout=timeout, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(address.hostname or "", address.port or 8080, timeout=timeout)


def _declared(purpose: str, legal_ground: str, data_subject: str | None, dossier: str | None) -> dict[str, str]:
    declaration = Declaration(purpose=purpose, legal_ground=legal_ground, data_subject=data_subject, dossier=dossier)
    return dict(declaration.to_headers())


def _target(*, service: str, path: str, query: Mapping[str, str]) -> str:
    segments = service.split("/")
    if len(segments) != 5 or not all(segments):
        raise ValueError(f"the service must be INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE, not {service!r}")
    if path and not path.startswith("/"):
        raise ValueError(f"the path must begin with a slash: {path!r}")
    target = "/r1/" + "/".join(quote(segment, safe="") for segment in segments) + quote(path, safe="/")
    return target + (f"?{urlencode(query)}" if query else "")


def _fault(*, header: str, content: bytes, message_id: str) -> CallFailed:
    try:
        told = json.loads(content)
        message, detail = str(told.get("message", "")), str(told.get("detail", ""))
    except (ValueError, AttributeError):
        message, detail = "the gateway refused without saying why", ""
    words = header.lower().split(".")
    failed = "service_failed" in words and not words[-1].startswith("invalid_")
    passing = words[0] == "server" and (failed or words[-1] in PASSING_FAULTS)
    kind = ExchangeUnavailable if passing else ExchangeRefused
    return kind(code=header, message=message, detail=detail, message_id=message_id)
