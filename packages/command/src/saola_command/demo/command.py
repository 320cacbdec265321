"""`saola demo`: run the small state, check it by walking the journey, or run one of its helpers."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from saola_command.demo.declaration import Demo, read_demo
from saola_command.demo.layout import Layout, lock_folder, open_layout, running_layout
from saola_command.demo.plan import Plan
from saola_command.demo.progress import Progress, describe
from saola_command.demo.readiness import Probe, probe_session
from saola_command.demo.supervisor import Supervisor
from saola_command.errors import CommandError

PROJECT = Path(__file__).resolve().parents[5]


def main(arguments: list[str]) -> int:
    """Run `saola demo …`; returns the exit code: 0 fine, 1 a check failed, 2 it could not run."""
    if arguments[:1] == ["mailbox"]:
        return _mailbox(arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        demo = read_demo(options.declarations / options.country / "demo.yaml")
        return asyncio.run(_demo(options, demo))
    except CommandError as error:
        print(f"saola demo: {error.detail}\n  What to do: {error.remedy}", file=sys.stderr)
        return 2
    except asyncio.CancelledError:
        print("\nEnded before everything ran.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="saola demo", description="A small, complete digital state on this machine.")
    parser.add_argument("--country", default="vietnam", help="a folder under demo/ (vietnam, template)")
    parser.add_argument("--declarations", type=Path, default=PROJECT / "demo", help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help="where the demo keeps its data (demo-data/COUNTRY)")
    parser.add_argument("--port", type=int, default=8000, help="the first of the ports that people use (8000)")
    parser.add_argument("--free-ports", action="store_true", help="take any free ports instead")
    parser.add_argument("--check", action="store_true", help="walk the journey by HTTP, verify everything, exit 0 or 1")
    parser.add_argument("--json", type=Path, help="with --check: write the steps and their times here")
    return parser


async def _demo(options: argparse.Namespace, demo: Demo) -> int:
    _end_when_told()
    data = (options.data or Path.cwd() / "demo-data" / options.country).absolute()
    if options.check:
        return await _check(options, demo, data)
    with _held(data):
        layout = open_layout(demo=demo, data=data, free_ports=options.free_ports, first_port=options.port)
        async with _started(demo, layout) as supervisor:
            print(describe(demo, layout), flush=True)
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            print("\nEnding the demo. Its data stay in", supervisor.plan.layout.data, flush=True)
    return 0


async def _check(options: argparse.Namespace, demo: Demo, data: Path) -> int:
    from saola_command.demo.check import walk

    running = running_layout(data)
    if running is not None:
        return await asyncio.to_thread(walk, demo=demo, layout=running, report=options.json)
    with _held(data):
        layout = open_layout(demo=demo, data=data, free_ports=True)
        async with _started(demo, layout):
            return await asyncio.to_thread(walk, demo=demo, layout=layout, report=options.json)


@contextlib.contextmanager
def _held(data: Path) -> Iterator[None]:
    lock = lock_folder(data)
    try:
        yield
    finally:
        os.close(lock)


@contextlib.asynccontextmanager
async def _started(demo: Demo, layout: Layout) -> AsyncIterator[Supervisor]:
    async with probe_session() as session:
        progress = Progress()
        plan = Plan(demo=demo, layout=layout, probe=Probe(session))
        supervisor = Supervisor(plan=plan, say=progress.say, step=progress.step)
        try:
            await supervisor.start()
            progress.done()
            yield supervisor
        finally:
            progress.close()
            await _ended(supervisor)


async def _ended(supervisor: Supervisor) -> None:
    """End everything in order, whatever else one is told meanwhile; it takes some seconds at most."""
    ending = asyncio.create_task(supervisor.stop())
    while not ending.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(ending)
    ending.result()


def _end_when_told() -> None:
    """Let a signal cancel the calling task at any time from now on: what was started is then ended in order."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for what in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(what, lambda: task and task.cancel())


def _mailbox(arguments: list[str]) -> int:
    from saola_command.demo.letters import read_words
    from saola_command.demo.mailbox import serve

    parser = argparse.ArgumentParser(prog="saola demo mailbox")
    parser.add_argument("--smtp", required=True, type=_address)
    parser.add_argument("--web", required=True, type=_address)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--words", type=Path, help="the texts of the page; English without it")
    options = parser.parse_args(arguments)
    words = read_words(options.words)
    asyncio.run(serve(smtp=options.smtp, web_address=options.web, folder=options.data, words=words))
    return 0


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)
