"""Group commit and partitions against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from saola_exchange.messagelog.database import (
    Pool,
    drop_old_partitions,
    migrate,
    open_pool,
    versions,
)
from saola_exchange.messagelog.errors import LoggingFailed
from saola_exchange.messagelog.reading import LogReader
from saola_exchange.messagelog.records import Kind, LogRecord
from saola_exchange.messagelog.writer import GroupCommit

OWNER = "EX/GOV/A/site"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
Make = Callable[..., LogRecord]


@asynccontextmanager
async def writing(writer: GroupCommit) -> AsyncIterator[GroupCommit]:
    task = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_second_migration_changes_nothing(pool: Pool) -> None:
    assert await migrate(pool) == []
    assert [number for number, _, _ in versions()] == list(range(1, len(versions()) + 1))


async def test_what_was_written_is_read_back_byte_for_byte(pool: Pool, make_record: Make) -> None:
    record = make_record(kind=Kind.RESPONSE, dossier="D-1")
    async with writing(GroupCommit(pool=pool)) as writer:
        await writer.write(record)
    found = await LogReader(pool).find(query_id="query-1", owner=OWNER)
    assert [stored.record for stored in found] == [record]
    assert found[0].stamped_at is None


async def test_messages_of_another_subsystem_are_not_found(pool: Pool, make_record: Make) -> None:
    async with writing(GroupCommit(pool=pool)) as writer:
        await writer.write(make_record())
    reader = LogReader(pool)
    assert await reader.find(query_id="query-1", owner="EX/GOV/B/register") == []
    assert await reader.find(query_id="query-1", owner=OWNER, kind=Kind.RESPONSE) == []
    assert len(await reader.find(query_id="query-1", owner=OWNER, request_id="request-1")) == 1


async def test_many_waiting_messages_share_a_commit(pool: Pool, make_record: Make) -> None:
    groups: list[int] = []
    async with writing(GroupCommit(pool=pool, committed=lambda records: groups.append(len(records)))) as writer:
        await asyncio.gather(*(writer.write(make_record(number)) for number in range(100)))
    assert sum(groups) == 100
    assert len(groups) < 10
    status = await LogReader(pool).status()
    assert (status.exchanges, status.unstamped, status.last) == (100, 100, NOON)


async def test_one_record_that_cannot_be_stored_does_not_take_the_others_with_it(pool: Pool, make_record: Make) -> None:
    records: list[LogRecord] = [make_record(1), make_record(2, purpose="\0"), make_record(3)]
    async with writing(GroupCommit(pool=pool)) as writer:
        results = await asyncio.gather(*(writer.write(record) for record in records), return_exceptions=True)
    assert [type(result) for result in results] == [type(None), LoggingFailed, type(None)]


async def test_a_day_without_a_partition_gets_one(pool: Pool, make_record: Make) -> None:
    late = NOON + timedelta(days=100)
    async with writing(GroupCommit(pool=pool, clock=lambda: late)) as writer:
        await writer.write(make_record(at=late))
    assert len(await LogReader(pool).find(query_id="query-1", owner=OWNER)) == 1


async def test_the_log_survives_that_its_connections_are_cut(pool: Pool, database_url: str, make_record: Make) -> None:
    async with writing(GroupCommit(pool=pool)) as writer:
        await writer.write(make_record(1))
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await writer.write(make_record(2))
    assert (await LogReader(pool).status()).exchanges == 2


async def test_a_log_that_stays_away_fails_the_message(database_url: str, make_record: Make) -> None:
    nowhere = open_pool("postgresql://nobody@127.0.0.1:1/none")
    nowhere.timeout = 0.2
    await nowhere.open(wait=False)
    async with writing(GroupCommit(pool=nowhere, patience=0.3)) as writer:
        with pytest.raises(LoggingFailed) as caught:
            await writer.write(make_record())
    await nowhere.close()
    assert caught.value.retry


async def test_writing_a_record_again_changes_nothing(pool: Pool, make_record: Make) -> None:
    async with writing(GroupCommit(pool=pool)) as writer:
        await writer.write(make_record())
        await writer.write(make_record())
    assert (await LogReader(pool).status()).exchanges == 1


async def test_old_days_are_dropped_only_when_all_their_messages_are_stamped(
    pool: Pool, database_url: str, make_record: Make
) -> None:
    async with writing(GroupCommit(pool=pool)) as writer:
        await writer.write(make_record())
    cutoff = (NOON + timedelta(days=2)).date()
    assert await drop_old_partitions(pool, before=cutoff) == ["message_20261121", "stamp_batch_20261121"]
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("UPDATE message SET stamped_at = at")
    assert "message_20261122" in await drop_old_partitions(pool, before=cutoff)
    assert (await LogReader(pool).status()).exchanges == 0
