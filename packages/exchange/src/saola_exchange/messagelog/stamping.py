"""Time stamps for the messages in the log: in the background, many at once, and never in a message's way.

One waiting message gets a time stamp of its own over its signature value, put into the signature.
Several share one: a hash chain over the digests of their signatures, whose result is stamped.
While no authority answers, messages go on and wait for their stamp; nothing is lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import psycopg
from psycopg_pool import PoolTimeout

from saola_exchange.errors import ExchangeError
from saola_exchange.protocol import hashchain
from saola_exchange.protocol.parts import SIGNATURE, DigestPart
from saola_exchange.protocol.signature import add_timestamp, stamped_value

from .database import Pool, make_partitions
from .errors import StampingFailed
from .reading import count_unstamped
from .writer import now_utc

log = logging.getLogger(__name__)

CHAIN_URI = "/ts-hashchain.xml"
LARGEST_BATCH = 5000

WAITING = "SELECT at, id, signature_digest FROM message WHERE stamped_at IS NULL ORDER BY at, id LIMIT %s"
STAMP_ALONE = "UPDATE message SET signature = %b, stamped_at = %s WHERE at = %s AND id = %s AND stamped_at IS NULL"
ADD_BATCH = "INSERT INTO stamp_batch (at, id, chain_result, token) VALUES (%s, %s, %b, %b)"
STAMP_IN_BATCH = """
UPDATE message SET stamped_at = %s, batch_at = %s, batch_id = %s, batch_chain = %b
WHERE at = %s AND id = %s AND stamped_at IS NULL
"""


class TimestampAuthority(Protocol):
    """Who stamps."""

    async def stamp(self, data: bytes) -> bytes:
        """An RFC 3161 token (DER) over the data, verified. Raises StampingFailed."""
        ...


@dataclass(slots=True)
class FakeTimestampAuthority:
    """Gives a digest for a token; `failing` makes it refuse."""

    failing: bool = False
    stamped: list[bytes] = field(default_factory=list)

    async def stamp(self, data: bytes) -> bytes:
        """Keep what was stamped."""
        if self.failing:
            raise StampingFailed("switched off in this test")
        self.stamped.append(data)
        return hashlib.sha512(data).digest()


def batch_of(digests: Sequence[bytes]) -> hashchain.Batch:
    """What is stamped for signatures of these SHA-512 digests, and the chain of each. Raises ValueError for none."""
    return hashchain.build([[DigestPart(SIGNATURE, digest)] for digest in digests], chain_uri=CHAIN_URI)


@dataclass(frozen=True, slots=True)
class _Waiting:
    at: datetime
    id: int
    digest: bytes


@dataclass(slots=True)
class Stamping:
    """The background task. `failing_since` tells the operator how long there has been no stamp."""

    pool: Pool
    authority: TimestampAuthority
    interval: float
    new_id: Callable[[], int]
    clock: Callable[[], datetime] = now_utc
    failing_since: datetime | None = None

    async def run(self) -> None:
        """Stamp what waits, every `interval` seconds, until cancelled; a failure is tried again then."""
        while True:
            await asyncio.sleep(self.interval)
            try:
                await self.stamp_waiting()
                self.failing_since = None
            except (ExchangeError, psycopg.Error, PoolTimeout) as exc:
                self.failing_since = self.failing_since or self.clock()
                log.warning("messages go on without a time stamp since %s: %s", self.failing_since, exc)

    async def stamp_waiting(self) -> int:
        """Stamp everything that waits; gives how many messages. Raises StampingFailed, psycopg.Error."""
        total = 0
        while True:
            waiting = await self._waiting()
            if len(waiting) == 1:
                await self._stamp_alone(waiting[0])
            elif waiting:
                await self._stamp_together(waiting)
            total += len(waiting)
            if len(waiting) < LARGEST_BATCH:
                return total

    async def unstamped(self) -> int:
        """How many messages wait."""
        async with self.pool.connection() as connection:
            return await count_unstamped(connection)

    async def _waiting(self) -> list[_Waiting]:
        async with self.pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(WAITING, [LARGEST_BATCH])
            return [_Waiting(*row) for row in await cursor.fetchall()]  # type: ignore[arg-type]

    async def _stamp_alone(self, waiting: _Waiting) -> None:
        query = "SELECT signature FROM message WHERE at = %s AND id = %s"
        async with self.pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(query, [waiting.at, waiting.id])
            row = await cursor.fetchone()
        if row is None or not isinstance(row[0], bytes):
            return
        token = await self.authority.stamp(stamped_value(row[0]))
        async with self.pool.connection() as connection:
            stamped = add_timestamp(row[0], token=token)
            await connection.execute(STAMP_ALONE, [stamped, self.clock(), waiting.at, waiting.id])

    async def _stamp_together(self, waiting: Sequence[_Waiting]) -> None:
        batch = batch_of([item.digest for item in waiting])
        token = await self.authority.stamp(batch.result)
        at, number = self.clock(), self.new_id()
        await make_partitions(self.pool, at=at, days=0)
        rows = [(at, at, number, chain, item.at, item.id) for item, chain in zip(waiting, batch.chains, strict=True)]
        async with self.pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
            await cursor.execute(ADD_BATCH, [at, number, batch.result, token])
            await cursor.executemany(STAMP_IN_BATCH, rows)
