"""The gateway as a process: it starts quickly, stops cleanly, and loses nothing when it is killed."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import psycopg
import pytest
from saola_command.postgres import Cluster

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.system]

MEBIBYTE = 1024 * 1024


@asynccontextmanager
async def process(config: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """`saola gateway run` for the length of the block."""
    code = "import sys; from saola_exchange.gateway.command import main; sys.exit(main(sys.argv[1:]))"
    with (config.parent / "log").open("ab") as log:
        words = [sys.executable, "-c", code, "run", "--config", str(config)]
        running = await asyncio.create_subprocess_exec(*words, stderr=log)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def healthy(session: aiohttp.ClientSession, party: Any, *, seconds: float = 15) -> None:
    for _ in range(int(seconds * 50)):
        try:
            async with session.get(f"http://{party.address}:5566/health") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.02)
    pytest.fail((party.folder / "log").read_text()[-2000:])


async def call(session: aiohttp.ClientSession, consumer: Any, provider: Any, message_id: str) -> bool:
    """Whether the message was answered."""
    url = f"{consumer.url}/r1/{provider.client}/persons/x"
    headers = {
        "X-Road-Client": consumer.client,
        "X-Saola-Client-Token": consumer.token,
        "X-Road-Id": message_id,
    }
    try:
        async with session.post(url, headers=headers, data=b"content") as answer:
            await answer.read()
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def counted(session: aiohttp.ClientSession, party: Any, *, more_than: int) -> bool:
    for _ in range(100):
        async with session.get(f"http://{party.address}:5566/status") as answer:
            if (await answer.json())["messages"] > more_than:
                return True
        await asyncio.sleep(0.05)
    return False


def logged(database: str) -> set[tuple[str, str]]:
    with psycopg.connect(database) as connection:
        return set(connection.execute("SELECT query_id, kind FROM message").fetchall())


async def test_a_gateway_process_starts_works_is_killed_comes_back_and_stops(
    world: Any, listen: Any, databases: Any, postgres_cluster: Cluster
) -> None:
    consumer, provider = world.party("A", "site", 2), world.party("B", "register", 3)
    provider.services = [
        {"subsystem": "register", "code": "persons", "url": world.service_url, "access": [{"client": consumer.client}]}
    ]
    urls = {party.code: databases(postgres_cluster) for party in (consumer, provider)}
    configs = {party.code: world.configure(party, urls[party.code]) for party in (consumer, provider)}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(listen(world.serve_centre, world.centre, 8090))
        await stack.enter_async_context(listen(world.serve_service, world.centre, 8091))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        asking = await stack.enter_async_context(process(configs["A"]))
        begun = time.monotonic()
        await healthy(session, consumer)
        assert time.monotonic() - begun < 8, "a gateway starts within seconds"
        assert psutil.Process(asking.pid).memory_full_info().uss < 70 * MEBIBYTE

        answered: set[str] = set()
        for round_number in range(2):
            async with process(configs["B"]) as serving:
                await healthy(session, provider)

                async def ask(number: int, prefix: str = f"round-{round_number}") -> None:
                    message_id = f"{prefix}-{number}"
                    if await call(session, consumer, provider, message_id):
                        answered.add(message_id)

                calls = [asyncio.create_task(ask(number)) for number in range(60)]
                await asyncio.sleep(0.15)
                serving.send_signal(signal.SIGKILL)
                await asyncio.gather(*calls)
        async with process(configs["B"]) as serving:
            await healthy(session, provider)
            assert await call(session, consumer, provider, "after")
            assert await counted(session, provider, more_than=len(answered)), "those of earlier runs count too"
            serving.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(serving.wait(), 15) == 0
        answered.add("after")
        assert {(message_id, kind) for message_id in answered for kind in ("request", "response")} <= logged(urls["B"])
        assert {(message_id, kind) for message_id in answered for kind in ("request", "response")} <= logged(urls["A"])
        asking.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(asking.wait(), 15) == 0
    assert "Traceback" not in (consumer.folder / "log").read_text()


async def test_a_gateway_that_cannot_start_says_why(world: Any) -> None:
    party = world.party("A", "site", 2)
    config = world.configure(party, "postgresql://nobody@127.0.0.1:1/none")
    (party.folder / "data" / "keys" / "sign.crt").unlink()
    async with process(config) as running:
        assert await asyncio.wait_for(running.wait(), 20) == 2
    told = (party.folder / "log").read_text()
    assert "there is no signing key and certificate" in told
    assert "saola gateway init" in told
    assert "Traceback" not in told
