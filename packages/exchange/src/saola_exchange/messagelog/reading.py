"""Reading the log: one message's records, and figures for the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from .database import Pool
from .records import BatchStamp, Kind, LogRecord, LogStatus, Side, SignedMessage, StoredRecord

MOST_FOUND = 20

FIND = """
SELECT m.*, b.chain_result AS b_chain_result, b.token AS b_token
FROM message m LEFT JOIN stamp_batch b ON b.at = m.batch_at AND b.id = m.batch_id
WHERE m.query_id = %(query_id)s AND m.owner = %(owner)s
  AND (%(kind)s::text IS NULL OR m.kind = %(kind)s)
  AND (%(request_id)s::text IS NULL OR m.request_id = %(request_id)s)
ORDER BY m.at, m.id LIMIT %(limit)s
"""
STATUS = """
SELECT (SELECT count(*) FROM message WHERE kind = 'request' AND (%(before)s::timestamptz IS NULL OR at < %(before)s)),
       (SELECT max(at) FROM message),
       (SELECT count(*) FROM message WHERE stamped_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class LogReader:
    """Reads of the message log."""

    pool: Pool

    async def find(
        self, *, query_id: str, owner: str, kind: Kind | None = None, request_id: str | None = None
    ) -> list[StoredRecord]:
        """The logged messages of one of the own subsystems (`owner`), oldest first; at most 20."""
        async with self.pool.connection() as connection, connection.cursor(row_factory=dict_row, binary=True) as cursor:
            values = {
                "query_id": query_id,
                "owner": owner,
                "kind": kind.value if kind else None,
                "request_id": request_id,
                "limit": MOST_FOUND,
            }
            await cursor.execute(FIND, values)
            return [_stored(row) for row in await cursor.fetchall()]

    async def status(self, *, before: datetime | None = None) -> LogStatus:
        """Counted anew, which takes its time on a large log: a running process counts on from `before`."""
        async with self.pool.connection() as connection:
            row = await (await connection.execute(STATUS, {"before": before})).fetchone()
        exchanges, last, unstamped = row or (0, None, 0)
        assert isinstance(exchanges, int)  # noqa: S101 (count() is one)
        assert isinstance(unstamped, int)  # noqa: S101
        return LogStatus(exchanges=exchanges, last=last if isinstance(last, datetime) else None, unstamped=unstamped)

    async def unstamped(self) -> int:
        """How many messages wait for a time stamp."""
        async with self.pool.connection() as connection:
            return await count_unstamped(connection)


async def count_unstamped(connection: AsyncConnection[Any]) -> int:
    """How many messages wait for a time stamp; answered from an index of just those."""
    row = await (await connection.execute("SELECT count(*) FROM message WHERE stamped_at IS NULL")).fetchone()
    return int(row[0]) if row else 0


def _stored(row: dict[str, Any]) -> StoredRecord:
    message = SignedMessage(
        head=row["head"],
        body=row["body"],
        body_size=row["body_size"],
        signature=row["signature"],
        hash_chain_result=row["hash_chain_result"],
        hash_chain=row["hash_chain"],
    )
    plain = (
        "id", "at", "query_id", "request_id", "owner", "client", "service", "server",
        "purpose", "legal_ground", "data_subject", "dossier",
    )  # fmt: skip
    record = LogRecord(
        **{name: row[name] for name in plain}, kind=Kind(row["kind"]), side=Side(row["side"]), message=message
    )
    batch = None
    if row["b_token"] is not None:
        batch = BatchStamp(chain=row["batch_chain"], chain_result=row["b_chain_result"], token=row["b_token"])
    return StoredRecord(record=record, stamped_at=row["stamped_at"], batch=batch)
