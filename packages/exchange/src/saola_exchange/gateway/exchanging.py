"""Messages between gateways, as they are sent and as they arrive; the multipart form is the protocol's."""

from __future__ import annotations

import hashlib
import secrets
import sys
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from saola_exchange.errors import ProtocolError
from saola_exchange.protocol.parts import Part, message_parts
from saola_exchange.protocol.rest import hash_of_request
from saola_exchange.protocol.signature import MessageSignature
from saola_exchange.protocol.transport import (
    BodyChunk,
    BodyStart,
    Decoder,
    Encoder,
    FaultPart,
    HashChainPart,
    HashChainResultPart,
    HeadPart,
    Limits,
    OcspPart,
    SignaturePart,
)

from .answers import PeerFault
from .errors import BodyTooLarge

# Above this a message is sent in pieces, so that it is not copied as a whole once more.
SENT_AT_ONCE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Body:
    """A message's body and its SHA-512, computed while it arrived."""

    content: bytes = field(repr=False)
    digest: bytes

    @classmethod
    def of(cls, content: bytes | None) -> Body | None:
        """A body at hand; None stays None."""
        return None if content is None else cls(content, hashlib.sha512(content).digest())


@dataclass(frozen=True, slots=True)
class Message:
    """A signed message: the head's bytes, the body (None: there is none) and the signature with its hash chain."""

    head: bytes = field(repr=False)
    body: Body | None
    signature: MessageSignature = field(repr=False)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the signature must cover."""
        return message_parts(head=self.head, body_digest=None if self.body is None else self.body.digest)

    @property
    def request_hash(self) -> str:
        """What an answer to this message must name."""
        return hash_of_request(head=self.head, body_digest=None if self.body is None else self.body.digest)


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message as it came, nothing of it verified. `ocsp_responses` are about the sender's TLS certificate."""

    message: Message
    ocsp_responses: tuple[bytes, ...] = field(default=(), repr=False)


class BodyReader:
    """Collects a body up to a limit in bytes, and digests it on the way."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._content = bytearray()
        self._digest = hashlib.sha512()

    def take(self, chunk: bytes) -> None:
        """The next bytes. Raises BodyTooLarge."""
        if len(self._content) + len(chunk) > self._limit:
            raise BodyTooLarge(f"the body is larger than {self._limit} bytes")
        self._content += chunk
        self._digest.update(chunk)

    def body(self) -> Body:
        """What was collected."""
        return Body(bytes(self._content), self._digest.digest())


async def read_body(chunks: AsyncIterable[bytes], *, limit: int) -> Body | None:
    """The body of an information system's request; None when there are no bytes. Raises BodyTooLarge."""
    reader = BodyReader(limit=limit)
    async for chunk in chunks:
        reader.take(chunk)
    body = reader.body()
    return body if body.content else None


def make_boundary() -> str:
    """A boundary that nobody can foresee, so that no body can contain it on purpose."""
    return "xtop" + secrets.token_hex(15)


def encode(
    message: Message, *, is_request: bool, boundary: str, ocsp_responses: Sequence[bytes] = ()
) -> bytes | AsyncIterator[bytes]:
    """The HTTP body that carries the message."""
    signature = message.signature
    chain = None
    if signature.hash_chain_result is not None and signature.hash_chain is not None:
        chain = (signature.hash_chain_result, signature.hash_chain)
    pieces = Encoder(boundary).message(
        head=message.head,
        is_request=is_request,
        signature=signature.xml,
        body=None if message.body is None else (message.body.content,),
        hash_chain=chain,
        ocsp_responses=ocsp_responses,
    )
    if message.body is None or len(message.body.content) <= SENT_AT_ONCE:
        return b"".join(pieces)
    return _one_by_one(list(pieces))


async def _one_by_one(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        for start in range(0, len(piece), SENT_AT_ONCE):
            yield piece[start : start + SENT_AT_ONCE]


async def receive(
    chunks: AsyncIterable[bytes], *, content_type: str, expecting: Literal["request", "response"], limits: Limits
) -> ReceivedMessage:
    """Read a whole message. Raises ProtocolError, and PeerFault when the other side sent a fault instead."""
    receiver = _Receiver(limits)
    decoder = Decoder(content_type=content_type, expecting=expecting, limits=limits)
    async for chunk in chunks:
        for event in decoder.feed(chunk):
            receiver.take(event)
    for event in decoder.close():
        receiver.take(event)
    return receiver.message()


class _Receiver:
    def __init__(self, limits: Limits) -> None:
        self._limit = limits.body if limits.body is not None else sys.maxsize
        self._ocsp: list[bytes] = []
        self._head: bytes | None = None
        self._body: BodyReader | None = None
        self._result: bytes | None = None
        self._chain: bytes | None = None
        self._signature: bytes | None = None

    def take(self, event: object) -> None:
        match event:
            case OcspPart(der):
                self._ocsp.append(der)
            case HeadPart(data):
                self._head = data
            case BodyStart():
                self._body = BodyReader(limit=self._limit)
            case BodyChunk(data):
                assert self._body is not None  # noqa: S101 (the decoder gives BodyStart first)
                self._body.take(data)
            case HashChainResultPart(xml):
                self._result = xml
            case HashChainPart(xml):
                self._chain = xml
            case SignaturePart(xml):
                self._signature = xml
            case FaultPart(fault):
                raise PeerFault(fault)
            case _:  # the body's end says nothing that is not known
                pass

    def message(self) -> ReceivedMessage:
        if self._head is None or self._signature is None:
            raise ProtocolError("the message is not complete", code="missing_signature")
        body = None if self._body is None else self._body.body()
        signature = MessageSignature(self._signature, self._result, self._chain)
        return ReceivedMessage(Message(self._head, body, signature), tuple(self._ocsp))
