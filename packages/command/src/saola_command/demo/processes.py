"""One process of the demo: started, asked whether it is ready, restarted when it dies, ended in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from saola_command.errors import ProcessFailed

State = Literal["stopped", "starting", "running", "restarting"]
READY_WITHIN_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Process:
    """What to run. `ready` answers whether it can serve; `kind` and `organisation` are for people."""

    name: str
    kind: str
    organisation: str
    arguments: tuple[str, ...]
    ready: Callable[[], Awaitable[bool]]
    url: str | None = None
    is_own_command: bool = True
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass(slots=True)
class Running:
    """A process and its fate: pid, state, since when, how often it had to be started again."""

    process: Process
    log: Path
    say: Callable[[str], None]
    state: State = "stopped"
    since: float = field(default_factory=time.time)
    restarts: int = 0
    child: asyncio.subprocess.Process | None = None
    _watching: asyncio.Task[None] | None = None
    _ending: bool = False

    @property
    def pid(self) -> int | None:
        """The process id, while there is one."""
        return self.child.pid if self.child and self.child.returncode is None else None

    async def start(self) -> None:
        """Start it, wait until it is ready, and look after it from then on.

        :raises ProcessFailed: it ended or was not ready in time.
        """
        self._set("starting")
        await self._spawn()
        await self._until_ready()
        self._set("running")
        self._watching = asyncio.create_task(self._watch())

    async def stop(self, *, seconds: float = 10.0) -> None:
        """End it and everything it started; kill what does not end in time."""
        self._ending = True
        if self._watching:
            self._watching.cancel()
        child = self.child
        if child is not None and child.returncode is None:
            _signal_group(child.pid, self.process.stop_signal, whole=False)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(child.wait(), seconds)
            _signal_group(child.pid, signal.SIGKILL, whole=True)
        self._set("stopped")

    async def _spawn(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.child = await asyncio.create_subprocess_exec(
                *command_line(self.process),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,
                cwd="/",
            )

    async def _until_ready(self) -> None:
        end = time.monotonic() + READY_WITHIN_SECONDS
        while not await self.process.ready():
            if self.child is not None and self.child.returncode is not None:
                raise ProcessFailed(self._last_words(f"ended with code {self.child.returncode} while starting"))
            if time.monotonic() > end:
                raise ProcessFailed(self._last_words(f"was not ready within {READY_WITHIN_SECONDS:.0f} seconds"))
            await asyncio.sleep(0.1)

    async def _watch(self) -> None:
        pause = 0.2
        while not self._ending and self.child is not None:
            code = await self.child.wait()
            started = self.since
            _signal_group(self.child.pid, signal.SIGKILL, whole=True)
            self.restarts += 1
            self._set("restarting")
            self.say(f"{self.process.name} ended ({_how(code)}); starting it again")
            pause = 0.2 if time.time() - started > 30 else min(pause * 2, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)
            await self._spawn()
            try:
                await self._until_ready()
            except ProcessFailed as failure:
                self.say(failure.detail)
                if self.pid is not None:
                    _signal_group(self.pid, signal.SIGKILL, whole=True)
                continue
            self._set("running")
            self.say(f"{self.process.name} is back")

    def _set(self, state: State) -> None:
        self.state, self.since = state, time.time()

    def _last_words(self, what: str) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        tail = "\n    ".join(lines[-6:])
        return f"{self.process.name} {what}. The end of {self.log}:\n    {tail}"


def command_line(process: Process) -> list[str]:
    """The words to run: own commands through this interpreter, all bound to end with the supervisor."""
    words = list(process.arguments)
    if not process.is_own_command:
        return words
    setpriv = shutil.which("setpriv")
    bound = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    return [*bound, *own_command(*words)]


def own_command(*words: str) -> list[str]:
    """A `saola` command line for a child process."""
    return [sys.executable, "-m", "saola_command", *words]


def environment() -> Mapping[str, str]:
    """What a child sees: little, and the same on every machine. The programs beside Python come first."""
    programs = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    kept = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "PATH": programs,
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",
    }


async def run_once(*words: str, log: Path, what: str) -> None:
    """Run one preparing command to its end; raises ProcessFailed with the end of its output."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = await asyncio.create_subprocess_exec(
            *own_command(*words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment(),
            cwd="/",
        )
        code = await child.wait()
    if code != 0:
        tail = "\n    ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
        raise ProcessFailed(f"{what} failed with code {code}. The end of {log}:\n    {tail}")


def _signal_group(pid: int, what: signal.Signals, *, whole: bool) -> None:
    """Signal a child, or with `whole` the group it leads: what a killed parent left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if whole:
            os.killpg(pid, what)
        else:
            os.kill(pid, what)


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"code {code}"
