"""The log's own database: its connections, its versions, its days.

Versions are the files of `schema/`, applied once each, in order, under a lock. Partitions are made
ahead, so that midnight is nothing special.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from importlib import resources

from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool[AsyncConnection[tuple[object, ...]]]

PARTITIONED = ("message", "stamp_batch")
DAYS_AHEAD = 7
# Any number, as long as it is always the same: whoever holds it changes the schema alone.
SCHEMA_LOCK = 5_130_117


def open_pool(url: str, *, maximum: int = 4) -> Pool:
    """A pool that is not opened yet; broken connections are replaced when one is asked for."""
    return AsyncConnectionPool(
        url,
        min_size=1,
        max_size=maximum,
        open=False,
        timeout=5.0,
        kwargs={"autocommit": True, "connect_timeout": 5, "application_name": "saola-gateway"},
        check=AsyncConnectionPool.check_connection,
        name="message-log",
    )


def versions() -> Sequence[tuple[int, str, str]]:
    """(number, name, SQL) of every version, in order."""
    folder = resources.files(__package__).joinpath("schema")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda item: item.name)
    return [(int(item.name[:4]), item.name, item.read_text(encoding="utf-8")) for item in files]


async def migrate(pool: Pool) -> list[str]:
    """Bring the schema to the newest version; gives the names of what was applied."""
    applied: list[str] = []
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_version"
            " (number int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        rows = await (await connection.execute("SELECT number FROM schema_version")).fetchall()
        known = {row[0] for row in rows}
        for number, name, text in versions():
            if number in known:
                continue
            await connection.execute(text.encode())
            await connection.execute("INSERT INTO schema_version (number, name) VALUES (%s, %s)", [number, name])
            applied.append(name)
    return applied


async def make_partitions(pool: Pool, *, at: datetime, days: int = DAYS_AHEAD) -> None:
    """Make the partitions of yesterday (a message may wait over midnight) to `days` ahead of `at` (UTC)."""
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])
        for offset in range(-1, days + 1):
            day = at.date() + timedelta(days=offset)
            for table in PARTITIONED:
                await connection.execute(_partition(table, day))


def _partition(table: str, day: date) -> sql.Composed:
    return sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
        sql.Identifier(partition_name(table, day)),
        sql.Identifier(table),
        sql.Literal(f"{day.isoformat()} 00:00:00+00"),
        sql.Literal(f"{(day + timedelta(days=1)).isoformat()} 00:00:00+00"),
    )


def partition_name(table: str, day: date) -> str:
    """The name of one day's partition, such as `message_20261122`."""
    return f"{table}_{day:%Y%m%d}"


async def drop_old_partitions(pool: Pool, *, before: date) -> list[str]:
    """Drop the days before `before`, oldest first; gives their names.

    A day with messages that still lack a time stamp stays, and every later day with it: their
    evidence is not complete, and a batch of a later day may be what proves them.
    """
    dropped: list[str] = []
    async with pool.connection() as connection:
        for day in await _days(connection):
            if day >= before or await _has_unstamped(connection, day):
                break
            for table in PARTITIONED:
                name = partition_name(table, day)
                await connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(name)))
                dropped.append(name)
    return dropped


async def _days(connection: AsyncConnection[tuple[object, ...]]) -> list[date]:
    cursor = await connection.execute(
        "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
        " WHERE inhparent = 'message'::regclass ORDER BY 1"
    )
    names = [str(row[0]) for row in await cursor.fetchall()]
    return [date.fromisoformat(name.removeprefix("message_")) for name in names]


async def _has_unstamped(connection: AsyncConnection[tuple[object, ...]], day: date) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT 1 FROM {} WHERE stamped_at IS NULL)")
    cursor = await connection.execute(query.format(sql.Identifier(partition_name("message", day))))
    row = await cursor.fetchone()
    return bool(row and row[0])
