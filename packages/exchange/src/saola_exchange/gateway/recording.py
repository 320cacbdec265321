"""Putting a message into the log: what is recorded of it, and what happens to bodies the log does not keep."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from saola_exchange.messagelog.errors import MessageTooLargeToLog
from saola_exchange.messagelog.records import Kind, LogRecord, Side, SignedMessage
from saola_exchange.messagelog.writer import LogWriter
from saola_exchange.protocol.declaration import Declaration
from saola_exchange.protocol.headers import InvalidHeader
from saola_exchange.protocol.identifiers import ServerId
from saola_exchange.protocol.rest import RestRequest

from .configuration import LogPolicy
from .exchanging import Message


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the records of one exchange have in common. `server` is the other gateway, where it is known."""

    side: Side
    request: RestRequest
    declaration: Declaration
    server: ServerId | None

    @classmethod
    def of(cls, request: RestRequest, *, side: Side, server: ServerId | None) -> Exchange:
        """From a request's head. Raises InvalidHeader when its declaration cannot be recorded as it is."""
        return cls(side, request, readable_declaration(request), server)

    @property
    def owner(self) -> str:
        """The own subsystem, as the log knows it."""
        own = self.request.client if self.side is Side.CONSUMER else self.request.service.client
        return str(own)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes messages to the log and returns when they are durable."""

    log: LogWriter
    policy: LogPolicy
    clock: Callable[[], datetime]
    new_id: Callable[[], int]

    async def record(self, exchange: Exchange, *, kind: Kind, message: Message) -> None:
        """Log one message. Raises LoggingFailed, MessageTooLargeToLog."""
        request, declared = exchange.request, exchange.declaration
        record = LogRecord(
            id=self.new_id(),
            at=self.clock(),
            query_id=request.message_id,
            request_id=request.request_id,
            kind=kind,
            side=exchange.side,
            owner=exchange.owner,
            client=str(request.client),
            service=str(request.service),
            server=None if exchange.server is None else str(exchange.server),
            purpose=declared.purpose,
            legal_ground=declared.legal_ground,
            data_subject=declared.data_subject,
            dossier=declared.dossier,
            message=self._kept(message),
        )
        await self.log.write(record)

    def require_loggable(self, size: int) -> None:
        """Refuse a body that the log neither keeps nor may leave out. Raises MessageTooLargeToLog."""
        if size > self.policy.body_limit and self.policy.oversize == "refuse":
            raise MessageTooLargeToLog(f"the body is larger than the {self.policy.body_limit} bytes that are logged")

    def _kept(self, message: Message) -> SignedMessage:
        content = None if message.body is None else message.body.content
        size = None if content is None else len(content)
        if size is not None:
            self.require_loggable(size)
        if size is not None and size > self.policy.body_limit:
            content = None  # its digest stays in the hash chain: the evidence then proves the head and that digest
        signature = message.signature
        return SignedMessage(
            head=message.head,
            body=content,
            body_size=size,
            signature=signature.xml,
            hash_chain_result=signature.hash_chain_result,
            hash_chain=signature.hash_chain,
        )


def readable_declaration(request: RestRequest) -> Declaration:
    """What the request declares; its texts and ids must be such as a person can read in the log.

    Raises InvalidHeader.
    """
    declared = Declaration.from_headers(request.headers)
    texts = {
        "Saola-Purpose": declared.purpose,
        "Saola-Legal-Ground": declared.legal_ground,
        "Saola-Data-Subject": declared.data_subject,
        "Saola-Dossier": declared.dossier,
        "X-Road-Id": request.message_id,
        "x-road-request-id": request.request_id,
    }
    for name, text in texts.items():
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text or ""):
            raise InvalidHeader(f"header {name} has a control character or is not UTF-8")
    return declared
