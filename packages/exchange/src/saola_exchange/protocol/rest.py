"""Heads of REST messages: the exact bytes that are signed, and what they mean.

A request head is `VERB CRLF target CRLF` and one `Name:Value CRLF` per header, a response head
`status CRLF reason CRLF` and headers; no space after the colon, nothing after the last CRLF.
The bytes a head was parsed from are the bytes it serialises to.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from saola_exchange.errors import ProtocolError
from saola_exchange.protocol import headers as fields
from saola_exchange.protocol.headers import CONNECTION_HEADERS, LOCAL_SECRETS, Headers
from saola_exchange.protocol.identifiers import ClientId, ServerId, ServiceId

METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"})
MAXIMUM_MESSAGE_ID_LENGTH = 255
HASH_ALGORITHM_NAME = "SHA-512"
_PREFIX = "/r1/"
# RFC 3986 characters of a path and a query; percent signs must begin an escape
_TARGET = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?\[\]]|%[0-9A-Fa-f]{2})+")
_FROM_GATEWAY = frozenset({"x-road-request-id", "x-road-request-hash"})
_SET_BY_PROVIDER = _FROM_GATEWAY | {"x-road-service", "x-road-client", "x-road-id"}


class InvalidHead(ProtocolError):
    """A message head that does not have the form of the protocol."""

    code = "invalid_request"


@dataclass(frozen=True, slots=True)
class RestRequest:
    """A request as it travels: `target` is the raw path and query, from `/r1/` on.

    Made by `parse` from a peer's bytes or by `from_consumer` from an information system's request.
    """

    method: str
    target: str
    headers: Headers
    client: ClientId = field(init=False)
    service: ServiceId = field(init=False)

    def __post_init__(self) -> None:
        _require_request_line(self.method, self.target)
        fields.require_writable(self.headers)
        fields.require_end_to_end(self.headers)
        object.__setattr__(self, "client", ClientId.parse_encoded(fields.required(self.headers, "X-Road-Client")))
        object.__setattr__(self, "service", _service_of(self.target))
        _require_message_id(self.message_id)

    @property
    def path(self) -> str:
        """The raw path below the service: empty, or beginning with `/`."""
        segments = self.target.partition("?")[0].removeprefix(_PREFIX).split("/")
        return "".join(f"/{segment}" for segment in segments[5:])

    @property
    def query(self) -> str | None:
        """The raw query, None when the target has no `?`."""
        _, mark, query = self.target.partition("?")
        return query if mark else None

    @property
    def message_id(self) -> str:
        """The consumer's id of the message (`X-Road-Id`). Raises MissingHeader."""
        return fields.required(self.headers, "X-Road-Id")

    @property
    def request_id(self) -> str | None:
        """The gateway's id of the exchange; only the lower-case spelling counts (X-Road reads no other)."""
        return next((value for name, value in self.headers if name == "x-road-request-id"), None)

    @property
    def security_server(self) -> ServerId | None:
        """The provider's gateway that the consumer insists on. Raises InvalidIdentifier."""
        value = fields.optional(self.headers, "X-Road-Security-Server")
        return None if value is None else ServerId.parse_encoded(value)

    def to_bytes(self) -> bytes:
        """The bytes that are signed and sent as `application/x-road-rest-request`."""
        return _serialise((self.method, self.target), self.headers)

    @classmethod
    def parse(cls, data: bytes) -> RestRequest:
        """Read a head from a peer. Raises ProtocolError."""
        (method, target), headers = _parse(data)
        return cls(method=method, target=target, headers=headers)

    @classmethod
    def from_consumer(
        cls, *, method: str, target: str, headers: Iterable[tuple[str, str]], request_id: str, fallback_id: str
    ) -> RestRequest:
        """Make the message of an information system's request.

        Connection headers and the local token are left out, `x-road-request-id` is set to
        `request_id`, and `fallback_id` becomes the message id when the consumer gave none.
        Raises ProtocolError.
        """
        kept = fields.without(headers, CONNECTION_HEADERS | LOCAL_SECRETS | _FROM_GATEWAY)
        kept = tuple((name, value.strip(" \t")) for name, value in kept)
        if not fields.values(kept, "x-road-id"):
            kept += (("x-road-id", fallback_id),)
        return cls(method=method, target=target, headers=(*kept, ("x-road-request-id", request_id)))


@dataclass(frozen=True, slots=True)
class RestResponse:
    """A response as it travels, made by `parse` or by `answering`."""

    MAXIMUM_STATUS: ClassVar[int] = 599

    status: int
    reason: str
    headers: Headers

    def __post_init__(self) -> None:
        if not 200 <= self.status <= self.MAXIMUM_STATUS or not _is_one_line(self.reason):
            raise InvalidHead("a response begins with a status of 200 to 599 and a reason")
        fields.require_writable(self.headers)
        fields.require_end_to_end(self.headers)

    def to_bytes(self) -> bytes:
        """The bytes that are signed and sent as `application/x-road-rest-response`."""
        return _serialise((str(self.status), self.reason), self.headers)

    @classmethod
    def parse(cls, data: bytes) -> RestResponse:
        """Read a head from a peer. Raises ProtocolError."""
        (status, reason), headers = _parse(data)
        if not re.fullmatch(r"[1-9][0-9]{2}", status):
            raise InvalidHead("a response begins with its status")
        return cls(status=int(status), reason=reason, headers=headers)

    @classmethod
    def answering(
        cls,
        *,
        request: RestRequest,
        request_hash: str,
        status: int,
        reason: str,
        headers: Iterable[tuple[str, str]],
    ) -> RestResponse:
        """Make the message of a service's answer to `request`; `request_hash` as given by `hash_of_request`.

        What the service says about the exchange itself is dropped. Raises ProtocolError.
        """
        kept = fields.without(headers, CONNECTION_HEADERS | LOCAL_SECRETS | _SET_BY_PROVIDER)
        kept = tuple((name, value.strip(" \t")) for name, value in kept)
        own = [("x-road-id", request.message_id), ("x-road-client", request.client.encoded)]
        own.append(("x-road-service", request.service.encoded))
        if request.request_id is not None:
            own.append(("x-road-request-id", request.request_id))
        own.append(("x-road-request-hash", request_hash))
        return cls(status=status, reason=reason, headers=(*kept, *own))

    def require_answers(self, request: RestRequest, *, request_hash: str) -> None:
        """Refuse a response to another request. Raises InconsistentResponse."""
        expected = {
            "x-road-client": request.client.encoded,
            "x-road-service": request.service.encoded,
            "x-road-id": request.message_id,
            "x-road-request-hash": request_hash,
        }
        if request.request_id is not None:
            expected["x-road-request-id"] = request.request_id
        for name, value in expected.items():
            given = fields.optional(self.headers, name)
            if given is None or not _same(name, given, value):
                raise InconsistentResponse(f"{name} of the response does not belong to the request")


class InconsistentResponse(ProtocolError):
    """The response names another request than the one that was sent."""

    code = "inconsistent_response"
    fault = "peer"
    remedy = "Tell the operator of the service's gateway; nothing of the response was used."


def hash_of_request(*, head: bytes, body_digest: bytes | None) -> str:
    """The value of `X-Road-Request-Hash`: `body_digest` is SHA-512 of the body, None without a body."""
    digest = hashlib.sha512(head).digest()
    if body_digest is not None:
        digest = hashlib.sha512(digest + body_digest).digest()
    return base64.b64encode(digest).decode("ascii")


def is_response_head(data: bytes) -> bool:
    """Whether a REST head is a response: those begin with a digit (pr-messtransport)."""
    return data[:1] in {b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9"}


def _same(name: str, given: str, expected: str) -> bool:
    """Identifiers are compared by their parts: peers differ in what they percent-encode."""
    if name == "x-road-client":
        return ClientId.parse_encoded(given) == ClientId.parse_encoded(expected)
    if name == "x-road-service":
        return ServiceId.parse_encoded(given) == ServiceId.parse_encoded(expected)
    return given == expected


def _service_of(target: str) -> ServiceId:
    segments = target.partition("?")[0].removeprefix(_PREFIX).split("/")
    if len(segments) < 5:
        raise InvalidHead("the path must be /r1/{instance}/{class}/{member}/{subsystem}/{service}")
    return ServiceId.parse_encoded("/".join(segments[:5]))


def _require_request_line(method: str, target: str) -> None:
    if method not in METHODS:
        raise InvalidHead("the method is not one of " + ", ".join(sorted(METHODS)))
    if re.match(r"/r\d", target) and not target.startswith(_PREFIX):
        raise InvalidHead("only version 1 of the REST protocol is spoken (/r1/)", code="invalid_protocol_version")
    if not target.startswith(_PREFIX) or not _TARGET.fullmatch(target):
        raise InvalidHead("the path must begin with /r1/ and be percent-encoded")


def _require_message_id(message_id: str) -> None:
    if len(message_id) > MAXIMUM_MESSAGE_ID_LENGTH:
        raise InvalidHead(f"X-Road-Id is longer than {MAXIMUM_MESSAGE_ID_LENGTH} characters")


def _is_one_line(text: str) -> bool:
    return "\r" not in text and "\n" not in text and "\x00" not in text


def _serialise(lines: tuple[str, str], headers: Headers) -> bytes:
    text = "".join(f"{line}\r\n" for line in (*lines, *(f"{name}:{value}" for name, value in headers)))
    return text.encode("utf-8", "surrogateescape")


def _parse(data: bytes) -> tuple[tuple[str, str], Headers]:
    text = data.decode("utf-8", "surrogateescape")  # header values may be any bytes; they must come back as they were
    if not text.endswith("\r\n"):
        raise InvalidHead("a head ends with CRLF")
    lines = text[:-2].split("\r\n")
    if len(lines) < 2:
        raise InvalidHead("a head has at least two lines")
    pairs = [_header(line) for line in lines[2:]]
    return (lines[0], lines[1]), tuple(pairs)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise InvalidHead("a header line has no colon")
    return name, value
