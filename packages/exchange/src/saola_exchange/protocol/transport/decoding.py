"""Reading a message as it arrives: which parts may follow which, and how much of each.

The order is fixed (pr-messtransport §3): OCSP responses (requests only), head, body, hash chain
result and hash chain, signature. In a response a fault may stand in place of what is still to come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from saola_exchange.protocol.faults import Fault, parse_soap
from saola_exchange.protocol.transport import kinds
from saola_exchange.protocol.transport.limits import Limits
from saola_exchange.protocol.transport.multipart import (
    PartBegins,
    PartBytes,
    Piece,
    Reader,
    TransportError,
    boundary_of,
)

__all__ = ["Decoder", "Event", "TransportError"]


@dataclass(frozen=True, slots=True)
class OcspPart:
    """An OCSP response (DER) for a certificate of the sender's TLS chain."""

    der: bytes


@dataclass(frozen=True, slots=True)
class HeadPart:
    """The REST head, whole: what `RestRequest.parse` or `RestResponse.parse` reads."""

    data: bytes


@dataclass(frozen=True, slots=True)
class BodyStart:
    """The message has a body, perhaps an empty one."""


@dataclass(frozen=True, slots=True)
class BodyChunk:
    """A piece of the body, never empty."""

    data: bytes


@dataclass(frozen=True, slots=True)
class BodyEnd:
    """The body is complete."""


@dataclass(frozen=True, slots=True)
class HashChainResultPart:
    """The result that the signature covers."""

    xml: bytes


@dataclass(frozen=True, slots=True)
class HashChainPart:
    """The chain from the result down to this message."""

    xml: bytes


@dataclass(frozen=True, slots=True)
class SignaturePart:
    """The signature; the message is complete when the bytes end after it."""

    xml: bytes


@dataclass(frozen=True, slots=True)
class FaultPart:
    """The other side failed."""

    fault: Fault


Event = (
    OcspPart | HeadPart | BodyStart | BodyChunk | BodyEnd | HashChainResultPart | HashChainPart | SignaturePart
    | FaultPart
)  # fmt: skip

_FOLLOWING: dict[str, frozenset[str]] = {
    "": frozenset({kinds.OCSP_RESPONSE, kinds.REST_REQUEST, kinds.REST_RESPONSE}),
    kinds.OCSP_RESPONSE: frozenset({kinds.OCSP_RESPONSE, kinds.REST_REQUEST}),
    kinds.REST_REQUEST: frozenset({kinds.REST_BODY, kinds.HASH_CHAIN_RESULT, kinds.SIGNATURE}),
    kinds.REST_RESPONSE: frozenset({kinds.REST_BODY, kinds.HASH_CHAIN_RESULT, kinds.SIGNATURE}),
    kinds.REST_BODY: frozenset({kinds.HASH_CHAIN_RESULT, kinds.SIGNATURE}),
    kinds.HASH_CHAIN_RESULT: frozenset({kinds.HASH_CHAIN}),
    kinds.HASH_CHAIN: frozenset({kinds.SIGNATURE}),
    kinds.SIGNATURE: frozenset(),
    kinds.FAULT: frozenset(),
}


class Decoder:
    """Reads one message. Feed bytes as they come, then call `close`; every event comes once, in order."""

    def __init__(
        self, *, content_type: str, expecting: Literal["request", "response"], limits: Limits | None = None
    ) -> None:
        """`content_type` is that of the HTTP message. Raises TransportError."""
        self._limits = limits or Limits()
        self._expecting = expecting
        self._kind = ""
        self._part = bytearray()
        self._body_size = 0
        self._ocsp_responses = 0
        self._plain_fault = expecting == "response" and _kind_of(content_type) == kinds.FAULT
        self._reader = None if self._plain_fault else _reader(content_type, self._limits)

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes, give what became complete. Raises TransportError, ProtocolError."""
        if self._reader is None:
            self._collect(data, self._limits.fault)
            return []
        events: list[Event] = []
        for piece in self._reader.feed(data):
            events += self._take(piece)
        return events

    def close(self) -> list[Event]:
        """The bytes have ended. Raises TransportError when the message had not."""
        if self._plain_fault:
            return [FaultPart(parse_soap(bytes(self._part)))]
        if self._reader is None or not self._reader.ended:
            raise TransportError("the message was cut off", code="io_error")
        if self._kind not in {kinds.SIGNATURE, kinds.FAULT}:
            raise TransportError("the message has no signature", code="missing_signature")
        return []

    def _take(self, piece: Piece) -> list[Event]:
        if isinstance(piece, PartBegins):
            return self._begin(_kind_of(dict(piece.headers).get("content-type", "")))
        if isinstance(piece, PartBytes):
            if self._kind == kinds.REST_BODY:
                return self._body(piece.data)
            self._collect(piece.data, self._limit())
            return []
        event = self._complete(bytes(self._part))
        self._part.clear()
        return [event]

    def _begin(self, kind: str) -> list[Event]:
        in_response = self._kind in {kinds.REST_RESPONSE, kinds.REST_BODY, kinds.HASH_CHAIN}
        if kind == kinds.FAULT and self._expecting == "response" and (in_response or not self._kind):
            self._kind = kind
            return []
        if kind not in _FOLLOWING[self._kind] or kind == self._foreign_head():
            self._refuse(kind)
        if kind == kinds.OCSP_RESPONSE:
            self._ocsp_responses += 1
            if self._expecting == "response" or self._ocsp_responses > self._limits.ocsp_responses:
                raise TransportError("the message has OCSP responses that do not belong there, or too many")
        self._kind = kind
        return [BodyStart()] if kind == kinds.REST_BODY else []

    def _foreign_head(self) -> str:
        return kinds.REST_RESPONSE if self._expecting == "request" else kinds.REST_REQUEST

    def _refuse(self, kind: str) -> None:
        if self._kind in {"", kinds.OCSP_RESPONSE}:
            raise TransportError("the message does not have a REST head where one must be", code="missing_rest")
        if self._kind == kinds.SIGNATURE:
            raise TransportError("there is a part after the signature", code="invalid_message")
        raise TransportError(f"a part {kind[:100]!r} cannot follow {self._kind!r}", code="invalid_message")

    def _limit(self) -> int:
        bounds = {
            kinds.OCSP_RESPONSE: self._limits.ocsp_response,
            kinds.REST_REQUEST: self._limits.head,
            kinds.REST_RESPONSE: self._limits.head,
            kinds.SIGNATURE: self._limits.signature,
            kinds.FAULT: self._limits.fault,
        }
        return bounds.get(self._kind, self._limits.hash_chain)

    def _collect(self, data: bytes, limit: int) -> None:
        if len(self._part) + len(data) > limit:
            raise TransportError(f"a part of the message is larger than {limit} bytes")
        self._part += data

    def _body(self, data: bytes) -> list[Event]:
        self._body_size += len(data)
        if self._limits.body is not None and self._body_size > self._limits.body:
            raise TransportError(f"the body is larger than {self._limits.body} bytes", code="invalid_body")
        return [BodyChunk(data)]

    def _complete(self, content: bytes) -> Event:
        match self._kind:
            case kinds.OCSP_RESPONSE:
                return OcspPart(content)
            case kinds.REST_REQUEST | kinds.REST_RESPONSE:
                return HeadPart(content)
            case kinds.REST_BODY:
                return BodyEnd()
            case kinds.HASH_CHAIN_RESULT:
                return HashChainResultPart(content)
            case kinds.HASH_CHAIN:
                return HashChainPart(content)
            case kinds.SIGNATURE:
                return SignaturePart(content)
            case _:
                return FaultPart(parse_soap(content))


def _reader(content_type: str, limits: Limits) -> Reader:
    return Reader(boundary=boundary_of(content_type), maximum_header=limits.part_header)


def _kind_of(content_type: str) -> str:
    return re.split(r"[;\s]", content_type.strip(), maxsplit=1)[0].lower()
