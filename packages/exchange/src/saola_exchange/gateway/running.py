"""The gateway's process: it listens, and keeps the background tasks alive.

A background task that ends, for whatever reason, ends the process: a supervisor then starts it anew,
and nothing runs on with a part missing.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

import aiohttp
import psycopg
from aiohttp import web
from psycopg_pool import PoolTimeout

from saola_exchange.messagelog.database import Pool, make_partitions, migrate, open_pool
from saola_exchange.messagelog.reading import LogReader
from saola_exchange.messagelog.writer import now_utc

from .assembly import Gateway, Surroundings, assemble
from .configuration import Address, GatewayConfiguration
from .errors import ConfigurationInvalid
from .following import read_anchor
from .keys import load_keys
from .services import service_session

log = logging.getLogger(__name__)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
# How long running messages may take to end when the process is told to stop (seconds).
FINISHING = 10.0
DATABASE_STARTS = 30.0


class BackgroundTaskEnded(RuntimeError):
    """A task that should never end has ended."""


def run(configuration: GatewayConfiguration) -> None:
    """Serve until SIGTERM or SIGINT. Raises ExchangeError when it cannot start, BackgroundTaskEnded."""
    asyncio.run(_serve_until_told(configuration))


async def _serve_until_told(configuration: GatewayConfiguration) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(configuration) as (_, tasks):
        log.info("the gateway %s is running", configuration.server)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in tasks:
            if task.done():
                raise BackgroundTaskEnded(task.get_name()) from task.exception()
    log.info("the gateway %s has stopped", configuration.server)


@asynccontextmanager
async def running(configuration: GatewayConfiguration) -> AsyncIterator[tuple[Gateway, list[asyncio.Task[None]]]]:
    """Run a gateway for the length of the block; gives it and its background tasks.

    Raises ExchangeError when it cannot start.
    """
    keys = load_keys(data=configuration.data, at=now_utc())
    if read_anchor(configuration.anchor).instance != configuration.instance:
        raise ConfigurationInvalid(f"the anchor is not that of the instance {configuration.instance}")
    async with AsyncExitStack() as stack:
        pool = await _open_log(configuration, stack)
        plain = await stack.enter_async_context(_plain_session())
        services = await stack.enter_async_context(service_session())
        gateway = assemble(configuration, keys=keys, around=Surroundings(pool, services, plain, now_utc))
        stack.push_async_callback(gateway.transport.close)
        gateway.following.load()
        gateway.own.load()
        tasks = _start_tasks(gateway, stack)
        counting = asyncio.create_task(_count_earlier(gateway, pool, now_utc()))
        stack.push_async_callback(_cancel, [counting])
        await _listen(gateway, stack)
        yield gateway, tasks


async def _open_log(configuration: GatewayConfiguration, stack: AsyncExitStack) -> Pool:
    pool = open_pool(configuration.database)
    await pool.open()
    stack.push_async_callback(pool.close)
    try:
        await pool.wait(timeout=DATABASE_STARTS)
        for name in await migrate(pool):
            log.info("the message log's schema was brought to %s", name)
        await make_partitions(pool, at=now_utc())
    except (psycopg.Error, PoolTimeout) as exc:
        raise ConfigurationInvalid(
            f"the message log's database cannot be used: {exc}",
            remedy="Check that PostgreSQL runs and that the role may create tables in its database.",
        ) from exc
    return pool


async def _count_earlier(gateway: Gateway, pool: Pool, before: datetime) -> None:
    """Count what earlier runs logged; on a large log that takes long, and nobody waits for it."""
    try:
        gateway.counter.begin_with(await LogReader(pool).status(before=before))
    except (psycopg.Error, PoolTimeout) as exc:
        log.warning("the exchanges of earlier runs could not be counted: %s", exc)


def _start_tasks(gateway: Gateway, stack: AsyncExitStack) -> list[asyncio.Task[None]]:
    background: dict[str, Coroutine[Any, Any, None]] = {
        "message log": gateway.writer.run(),
        "global configuration": gateway.following.run(),
        "own OCSP answers": gateway.own.run(),
        "housekeeping": gateway.housekeeping.run(),
    }
    if gateway.stamping is not None:
        background["time stamps"] = gateway.stamping.run()
    tasks = [asyncio.create_task(work, name=name) for name, work in background.items()]
    stack.push_async_callback(_cancel, tasks)
    return tasks


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(gateway: Gateway, stack: AsyncExitStack) -> None:
    configuration = gateway.configuration
    transport = configuration.transport
    await _open(stack, gateway.administration, configuration.administration)
    await _open(stack, gateway.ocsp, Address(transport.host, configuration.ocsp_port))
    await _open(stack, gateway.provider, transport, tls=gateway.tls.server)
    await _open(stack, gateway.consumer, configuration.consumer)


async def _open(stack: AsyncExitStack, handler: Handler, address: Address, tls: ssl.SSLContext | None = None) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        response = await handler(request)
        response.headers.setdefault("Server", "saola")  # which libraries run here is nobody's business
        return response

    runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=FINISHING)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, address.host, address.port, ssl_context=tls, backlog=1024).start()
    except OSError as exc:
        raise ConfigurationInvalid(
            f"cannot listen on {address.host}:{address.port}: {exc.strerror}",
            remedy="Check that the address belongs to this machine and that nothing else uses the port.",
        ) from exc


def _plain_session() -> aiohttp.ClientSession:
    """The connections to OCSP responders, the time-stamping authority and other gateways' hand-over."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=20, keepalive_timeout=15),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent",),
    )
