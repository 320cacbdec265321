"""Time stamps of logged messages, against a real PostgreSQL and a time-stamping authority that can be switched off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count

import pytest
from saola_exchange.messagelog.database import Pool
from saola_exchange.messagelog.errors import StampingFailed
from saola_exchange.messagelog.reading import LogReader
from saola_exchange.messagelog.records import LogRecord, SignedMessage
from saola_exchange.messagelog.stamping import CHAIN_URI, FakeTimestampAuthority, Stamping
from saola_exchange.messagelog.writer import GroupCommit
from saola_exchange.protocol import hashchain
from saola_exchange.protocol.parts import SIGNATURE, ContentPart, message_parts
from saola_exchange.protocol.signature import read_signature, sign
from saola_trust.keystore import FakeSigner

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWNER = "EX/GOV/A/site"
Make = Callable[..., LogRecord]


def signed(head: bytes) -> SignedMessage:
    parts = message_parts(head=head, body_digest=None)
    (made,) = sign(messages=[parts], signer=FakeSigner(), ocsp_responses=[b"ocsp"], at=NOON)
    return SignedMessage(head=head, body=None, body_size=None, signature=made.xml)


async def write(pool: Pool, *records: LogRecord) -> None:
    writer = GroupCommit(pool=pool)
    task = asyncio.create_task(writer.run())
    await asyncio.gather(*(writer.write(record) for record in records))
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def stamping(pool: Pool, authority: FakeTimestampAuthority) -> Stamping:
    numbers = count(1)
    return Stamping(pool=pool, authority=authority, interval=0.01, new_id=lambda: next(numbers), clock=lambda: NOON)


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not happen within 5 seconds")


async def test_one_waiting_message_gets_a_stamp_inside_its_signature(pool: Pool, make_record: Make) -> None:
    message, authority = signed(b"GET\r\n/\r\n"), FakeTimestampAuthority()
    await write(pool, make_record(message=message))
    assert await stamping(pool, authority).stamp_waiting() == 1
    (found,) = await LogReader(pool).find(query_id="query-1", owner=OWNER)
    document = read_signature(found.record.message.signature)
    assert authority.stamped == [document.value]
    assert len(document.timestamps) == 1
    assert document.value == read_signature(message.signature).value
    assert (found.stamped_at, found.batch) == (NOON, None)


async def test_several_share_a_stamp_and_each_has_its_own_way_to_it(pool: Pool, make_record: Make) -> None:
    authority = FakeTimestampAuthority()
    await write(pool, *(make_record(number, message=signed(b"%d" % number)) for number in range(1, 8)))
    assert await stamping(pool, authority).stamp_waiting() == 7
    reader = LogReader(pool)
    assert await reader.unstamped() == 0
    results = set()
    for number in range(1, 8):
        (found,) = await reader.find(query_id=f"query-{number}", owner=OWNER)
        assert found.batch is not None
        results.add(found.batch.chain_result)
        hashchain.verify(
            result=found.batch.chain_result,
            documents={CHAIN_URI: found.batch.chain},
            inputs=[ContentPart(SIGNATURE, found.record.message.signature)],
        )
    assert authority.stamped == list(results)


async def test_a_message_of_another_signature_is_not_proved_by_the_batch(pool: Pool, make_record: Make) -> None:
    await write(pool, *(make_record(number, message=signed(b"%d" % number)) for number in (1, 2)))
    await stamping(pool, FakeTimestampAuthority()).stamp_waiting()
    (found,) = await LogReader(pool).find(query_id="query-1", owner=OWNER)
    assert found.batch is not None
    with pytest.raises(hashchain.HashChainInvalid):
        hashchain.verify(
            result=found.batch.chain_result,
            documents={CHAIN_URI: found.batch.chain},
            inputs=[ContentPart(SIGNATURE, signed(b"2").signature)],
        )


async def test_messages_wait_while_the_authority_is_away_and_are_stamped_when_it_is_back(
    pool: Pool, make_record: Make
) -> None:
    authority = FakeTimestampAuthority(failing=True)
    await write(pool, make_record(1, message=signed(b"1")), make_record(2, message=signed(b"2")))
    task = stamping(pool, authority)
    with pytest.raises(StampingFailed):
        await task.stamp_waiting()
    running = asyncio.create_task(task.run())
    await until(lambda: task.failing_since is not None)
    assert await task.unstamped() == 2
    authority.failing = False
    await until(lambda: task.failing_since is None)
    running.cancel()
    assert await task.unstamped() == 0


async def test_nothing_is_asked_for_when_nothing_waits(pool: Pool) -> None:
    authority = FakeTimestampAuthority()
    assert await stamping(pool, authority).stamp_waiting() == 0
    assert authority.stamped == []
