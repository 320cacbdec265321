"""A watched process: ready when it says so, started again when it dies, gone when it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from saola_command.demo.processes import Process, Running
from saola_command.errors import ProcessFailed

SLEEPER = "import time, pathlib, sys; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"


def sleeper(marker: Path) -> Process:
    async def ready() -> bool:
        return marker.exists()

    words = (sys.executable, "-c", SLEEPER, str(marker))
    return Process(name="sleeper", kind="test", organisation="test", arguments=words, ready=ready, is_own_command=False)


@pytest.fixture
def said() -> list[str]:
    return []


@contextlib.asynccontextmanager
async def started(process: Process, log: Path, said: list[str]) -> AsyncIterator[Running]:
    running = Running(process=process, log=log, say=said.append)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


async def until(condition: object, *, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come about in time"
        await asyncio.sleep(0.05)


async def test_a_killed_process_is_announced_and_started_again(tmp_path: Path, said: list[str]) -> None:
    async with started(sleeper(tmp_path / "up"), tmp_path / "log", said) as running:
        first = running.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: running.state == "running" and running.pid not in {None, first})
        assert running.restarts == 1
        assert any("SIGKILL" in line for line in said)
        assert any("is back" in line for line in said)


async def test_a_process_told_to_end_ends_and_stays_away(tmp_path: Path, said: list[str]) -> None:
    async with started(sleeper(tmp_path / "up"), tmp_path / "log", said) as running:
        pid = running.pid
        assert pid is not None
        await running.stop()
        assert not psutil.pid_exists(pid)
        assert running.state == "stopped"
    assert said == []


async def test_a_process_that_ends_while_starting_is_an_error_with_its_last_words(
    tmp_path: Path, said: list[str]
) -> None:
    async def never() -> bool:
        return False

    words = (sys.executable, "-c", "import sys; sys.exit('the anchor is missing')")
    process = Process(
        name="broken", kind="test", organisation="test", arguments=words, ready=never, is_own_command=False
    )
    with pytest.raises(ProcessFailed, match="the anchor is missing"):
        await Running(process=process, log=tmp_path / "log", say=said.append).start()


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    script = textwrap.dedent(
        """
        import asyncio, sys
        from pathlib import Path
        from saola_command.demo import processes
        marker = Path(sys.argv[1])
        child = "import os, sys, time, pathlib; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(600)"
        processes.own_command = lambda *words: [sys.executable, "-c", child, *words]
        async def ready():
            return marker.exists() and marker.read_text() != ""
        async def main():
            process = processes.Process("child", "test", "test", (str(marker),), ready)
            await processes.Running(process, marker.with_name("log"), print).start()
            await asyncio.sleep(600)
        asyncio.run(main())
        """
    )
    supervisor = subprocess.Popen([sys.executable, "-c", script, str(marker)])
    end = time.monotonic() + 20
    while not (marker.exists() and marker.read_text()):
        assert time.monotonic() < end
        time.sleep(0.05)
    child = int(marker.read_text())
    supervisor.kill()
    supervisor.wait()
    end = time.monotonic() + 10
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end, "the child outlived its supervisor"
        time.sleep(0.05)
