"""Downloads for auditors and information systems: containers of messages, and the configuration to judge them."""

from __future__ import annotations

import asyncio
import io
import logging
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg_pool import PoolTimeout

from saola_exchange.errors import ExchangeError, ProtocolError
from saola_exchange.evidence.reading import MIMETYPE
from saola_exchange.globalconf import read_folder
from saola_exchange.messagelog.containers import container_of
from saola_exchange.messagelog.errors import LoggingFailed, NoSuchMessage, SeveralMessages
from saola_exchange.messagelog.reading import LogReader
from saola_exchange.messagelog.records import Kind, StoredRecord
from saola_exchange.messagelog.stamping import Stamping
from saola_exchange.protocol.identifiers import ClientId

from .clients import LocalClients

log = logging.getLogger(__name__)

# How long a download waits for a time stamp that is still missing (seconds).
STAMP_PATIENCE = 5.0

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Download:
    """A file for whoever asked."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages are asked for; `kind` None both, `unique` exactly one as it is, not an archive of several."""

    query_id: str
    owner: ClientId
    kind: Kind | None
    request_id: str | None
    unique: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """Answers `/asic` and `/verificationconf`."""

    reader: LogReader
    clients: LocalClients
    stamping: Stamping | None
    folder: Path

    async def containers(self, query: Query, *, token: str | None) -> Download:
        """The containers of some messages of one subsystem, which must prove itself.

        Raises ProtocolError, UnknownClient, ClientNotAuthenticated, NoSuchMessage, SeveralMessages, LoggingFailed.
        """
        wanted = read_query(query)
        self.clients.authenticate(client=wanted.owner, token=token)
        found = await self._find(wanted)
        if not found:
            raise NoSuchMessage(f"{wanted.owner} has no message with the id {wanted.query_id!r} in this log")
        if wanted.unique and len(found) > 1:
            raise SeveralMessages(f"{len(found)} messages have the id {wanted.query_id!r}")
        if any(stored.stamped_at is None for stored in found) and await self._stamp_now():
            found = await self._find(wanted)
        packed = await asyncio.to_thread(lambda: [container_of(stored) for stored in found])
        if wanted.unique:
            return Download(packed[0][0], MIMETYPE, packed[0][1])
        return Download(f"{packed[0][0].rpartition('-')[0]}.zip", "application/zip", _zip(packed))

    async def configuration(self) -> Download:
        """The configuration in force, in the layout that verifiers read. Raises ConfigurationInvalid."""
        files = await asyncio.to_thread(read_folder, self.folder)
        entries = [(f"verificationconf/{name}", content) for name, content in sorted(files.items())]
        return Download("verificationconf.zip", "application/zip", _zip(entries))

    async def _find(self, wanted: Wanted) -> list[StoredRecord]:
        try:
            return await self.reader.find(
                query_id=wanted.query_id, owner=str(wanted.owner), kind=wanted.kind, request_id=wanted.request_id
            )
        except (psycopg.Error, PoolTimeout) as exc:
            raise LoggingFailed("the message log cannot be read") from exc

    async def _stamp_now(self) -> bool:
        """Try to have the missing stamps made; evidence without one is still given, and says what it lacks."""
        if self.stamping is None:
            return False
        try:
            async with asyncio.timeout(STAMP_PATIENCE):
                await self.stamping.stamp_waiting()
        except (ExchangeError, TimeoutError, psycopg.Error, PoolTimeout) as exc:
            log.info("a container is given without a time stamp: %s", exc)
            return False
        return True


def read_query(query: Query) -> Wanted:
    """The parameters of `/asic` (X-Road's, and `requestId`). Raises ProtocolError."""
    owner = ClientId(
        _required(query, "xRoadInstance"),
        _required(query, "memberClass"),
        _required(query, "memberCode"),
        _optional(query, "subsystemCode"),
    )
    only_request, only_response = "requestOnly" in query, "responseOnly" in query
    if only_request and only_response:
        raise ProtocolError("requestOnly and responseOnly exclude each other")
    kind = Kind.REQUEST if only_request else Kind.RESPONSE if only_response else None
    return Wanted(_required(query, "queryId"), owner, kind, _optional(query, "requestId"), "unique" in query)


def _required(query: Query, name: str) -> str:
    value = _optional(query, name)
    if value is None:
        raise ProtocolError(f"the parameter {name} is missing")
    return value


def _optional(query: Query, name: str) -> str | None:
    found = query.get(name, ())
    if len(found) > 1 or any("\0" in value for value in found):
        raise ProtocolError(f"the parameter {name} is given more than once, or not a text")
    return found[0] if found and found[0] else None


def _zip(entries: Sequence[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()
