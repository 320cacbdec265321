"""The log while PostgreSQL itself is restarted: messages wait, and none is lost."""

from __future__ import annotations

import asyncio
import secrets
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from saola_command.postgres import Cluster, Database, Endpoint, ensure_databases
from saola_exchange.messagelog.database import make_partitions, migrate, open_pool
from saola_exchange.messagelog.reading import LogReader
from saola_exchange.messagelog.records import LogRecord
from saola_exchange.messagelog.writer import GroupCommit

pytestmark = pytest.mark.system
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Server:
    """A PostgreSQL of the test's own, which can be killed and started."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.cluster = Cluster(folder / "postgres", endpoint=Endpoint("127.0.0.1", port))
        self.cluster.create()
        self.start()

    def start(self) -> None:
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(self.cluster.command(), stdout=quiet, stderr=quiet)
        self.cluster.wait(seconds=30, alive=self.process)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="saola-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = Server(Path(folder))
        yield running
        running.process.terminate()
        running.process.wait()


async def test_messages_wait_for_a_database_that_is_killed_and_comes_back(
    server: Server, make_record: Callable[..., LogRecord]
) -> None:
    database = Database(f"test_{secrets.token_hex(6)}", secrets.token_urlsafe(12))
    ensure_databases(operator_url=server.cluster.operator_url, databases=[database])
    url = server.cluster.endpoint.url(user=database.name, password=database.password, database=database.name)
    pool = open_pool(url)
    await pool.open()
    await migrate(pool)
    await make_partitions(pool, at=NOON)
    writer = GroupCommit(pool=pool, patience=30.0)
    running = asyncio.create_task(writer.run())
    await writer.write(make_record(1))
    await asyncio.to_thread(server.kill)
    waiting = [asyncio.create_task(writer.write(make_record(number))) for number in range(2, 12)]
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in waiting), "nothing may be confirmed while the database is away"
    await asyncio.to_thread(server.start)
    await asyncio.wait_for(asyncio.gather(*waiting), 30)
    assert (await LogReader(pool).status()).exchanges == 11
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await pool.close()
