"""Making messages durable: everything that waits is written in one transaction.

`write` returns only after the commit, so an answer that was given is always in the log. While one
group is being committed the next one gathers; under load the price of a commit is shared by all.
The seam `LogWriter` exists so that this can move into a process of its own when measurements ask for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import psycopg
from psycopg_pool import PoolTimeout

from .database import Pool, make_partitions
from .errors import LoggingFailed
from .records import LogRecord

log = logging.getLogger(__name__)

LARGEST_GROUP = 400
LARGEST_GROUP_BYTES = 32 * 1024 * 1024
PASSING = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)

INSERT = """
INSERT INTO message (at, id, query_id, request_id, kind, side, owner, client, service, server,
    purpose, legal_ground, data_subject, dossier, head, body, body_size,
    signature, signature_digest, hash_chain_result, hash_chain)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %b, %b, %s, %b, %b, %b, %b)
ON CONFLICT DO NOTHING
"""


class LogWriter(Protocol):
    """Makes a message durable before it is answered or sent on."""

    async def write(self, record: LogRecord) -> None:
        """Return when the record would survive a power cut; raise `LoggingFailed` otherwise."""
        ...


@dataclass(slots=True)
class FakeLogWriter:
    """Keeps the records in memory; `failing` makes every write fail."""

    records: list[LogRecord] = field(default_factory=list)
    failing: bool = False

    async def write(self, record: LogRecord) -> None:
        """Keep the record."""
        if self.failing:
            raise LoggingFailed("the log is switched off in this test")
        self.records.append(record)


def now_utc() -> datetime:
    """The clock of the running process."""
    return datetime.now(tz=UTC)


@dataclass(slots=True)
class GroupCommit:
    """Writes to PostgreSQL; `run` must be running as a task.

    A group that cannot be committed is tried again for `patience` seconds (PostgreSQL may be
    restarting), then all who wait for it get `LoggingFailed`. Trying again is safe: a record's id is
    its own, so a commit whose confirmation was lost is not written twice.
    """

    pool: Pool
    patience: float = 10.0
    clock: Callable[[], datetime] = now_utc
    committed: Callable[[Sequence[LogRecord]], None] = lambda _: None
    _waiting: deque[tuple[LogRecord, asyncio.Future[None]]] = field(default_factory=deque)
    _something: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, record: LogRecord) -> None:
        """See `LogWriter`."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((record, done))
        self._something.set()
        await done

    async def run(self) -> None:
        """Commit group after group until cancelled."""
        while True:
            await self._something.wait()
            group = self._take_group()
            if not self._waiting:
                self._something.clear()
            if group:
                await self._commit(group)

    def _take_group(self) -> list[tuple[LogRecord, asyncio.Future[None]]]:
        group: list[tuple[LogRecord, asyncio.Future[None]]] = []
        size = 0
        while self._waiting and len(group) < LARGEST_GROUP and size < LARGEST_GROUP_BYTES:
            group.append(self._waiting.popleft())
            message = group[-1][0].message
            size += len(message.head) + len(message.body or b"") + len(message.signature)
        return group

    async def _commit(self, group: list[tuple[LogRecord, asyncio.Future[None]]]) -> None:
        records = [record for record, _ in group]
        try:
            await self._insert_patiently(records)
        except (psycopg.Error, UnicodeError) as exc:
            if len(group) > 1:  # one record that cannot be stored must not take the others with it
                for single in group:
                    await self._commit([single])
                return
            self._fail(group, exc)
        except PoolTimeout as exc:
            self._fail(group, exc)
        else:
            self.committed(records)
            for _, done in group:
                if not done.done():
                    done.set_result(None)

    async def _insert_patiently(self, records: list[LogRecord]) -> None:
        deadline = asyncio.get_running_loop().time() + self.patience
        pause = 0.05
        while True:
            try:
                return await self._insert(records)
            except psycopg.errors.CheckViolation:  # no partition for that day: the clock was set, or the task is late
                await make_partitions(self.pool, at=min(record.at for record in records))
                await make_partitions(self.pool, at=self.clock())
                return await self._insert(records)
            except PASSING as exc:
                if asyncio.get_running_loop().time() + pause > deadline:
                    raise
                log.warning("the log's database does not answer, trying again: %s", type(exc).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)

    async def _insert(self, records: list[LogRecord]) -> None:
        rows = [_row(record) for record in records]
        async with self.pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
            await cursor.executemany(INSERT, rows)

    def _fail(self, group: list[tuple[LogRecord, asyncio.Future[None]]], cause: Exception) -> None:
        log.error("the message log cannot be written: %s: %s", type(cause).__name__, cause)
        for _, done in group:
            if not done.done():
                failure = LoggingFailed("the message could not be written to the message log")
                failure.__cause__ = cause
                done.set_exception(failure)


def _row(record: LogRecord) -> tuple[object, ...]:
    message = record.message
    return (
        record.at, record.id, record.query_id, record.request_id, record.kind.value, record.side.value,
        record.owner, record.client, record.service, record.server,
        record.purpose, record.legal_ground, record.data_subject, record.dossier,
        message.head, message.body, message.body_size,
        message.signature, message.signature_digest, message.hash_chain_result, message.hash_chain,
    )  # fmt: skip
