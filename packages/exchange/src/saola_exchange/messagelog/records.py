"""The values the log is written with and read as."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """Which half of an exchange a record holds."""

    REQUEST = "request"
    RESPONSE = "response"


class Side(StrEnum):
    """Whether this organisation asked, or was asked."""

    CONSUMER = "consumer"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """Everything that proves one message: the bytes that were signed, and the signature over them.

    `head` is the REST head; `body` None when the message has none, or when it was too large to be
    kept (`body_size`, bytes, then says so). `hash_chain` and its result are None when the signature
    refers to the head directly.
    """

    head: bytes = field(repr=False)
    body: bytes | None = field(repr=False)
    body_size: int | None
    signature: bytes = field(repr=False)
    hash_chain_result: bytes | None = field(default=None, repr=False)
    hash_chain: bytes | None = field(default=None, repr=False)

    @property
    def signature_digest(self) -> bytes:
        """SHA-512 of the signature's XML: the leaf of a batch time stamp."""
        return hashlib.sha512(self.signature).digest()


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One message to be logged. Identifiers are in their printed form; `at` is when it passed here."""

    id: int
    at: datetime
    query_id: str
    request_id: str | None
    kind: Kind
    side: Side
    owner: str
    client: str
    service: str
    server: str | None
    purpose: str | None
    legal_ground: str | None
    data_subject: str | None
    dossier: str | None
    message: SignedMessage


@dataclass(frozen=True, slots=True)
class BatchStamp:
    """A time stamp over many messages, and this message's own way up to what was stamped."""

    chain: bytes = field(repr=False)
    chain_result: bytes = field(repr=False)
    token: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A logged message. `stamped_at` None: still waiting for a time stamp; `batch` None: single or none yet."""

    record: LogRecord
    stamped_at: datetime | None
    batch: BatchStamp | None


@dataclass(frozen=True, slots=True)
class LogStatus:
    """Figures for the operator: logged exchanges, the newest one's time, messages without a time stamp."""

    exchanges: int
    last: datetime | None
    unstamped: int
