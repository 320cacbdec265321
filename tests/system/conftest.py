"""Demos that run while the tests look at them: real processes on throw-away folders and free ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS = 240
COMMAND = [sys.executable, "-m", "saola_command"]


@dataclass(slots=True)
class RunningDemo:
    """A demo that is ready: its folder, its supervisor, what it printed."""

    country: str
    data: Path
    supervisor: subprocess.Popen[bytes]
    output: Path

    @property
    def layout(self) -> dict[str, Any]:
        """Its addresses."""
        content: dict[str, Any] = json.loads((self.data / "layout.json").read_text(encoding="utf-8"))
        return content

    def url(self, name: str) -> str:
        """The address of a site."""
        return f"http://localhost:{self.layout['ports'][name]}"

    def processes(self) -> dict[str, dict[str, Any]]:
        """The state of each process, as the supervisor tells it."""
        with urllib.request.urlopen(f"{self.url('status')}/status.json", timeout=10) as answer:
            return {one["name"]: one for one in json.load(answer)["processes"]}

    def all_run(self) -> bool:
        """Whether every process serves."""
        return all(one["state"] == "running" for one in self.processes().values())

    def wait_until_all_run(self, seconds: float = 60) -> None:
        """Wait until every process serves."""
        end = time.monotonic() + seconds
        while not self.all_run():
            assert time.monotonic() < end, self.processes()
            time.sleep(0.2)

    def said(self) -> str:
        """Everything it printed so far."""
        return self.output.read_text(encoding="utf-8")

    def check(self, *, report: Path) -> subprocess.Popen[bytes]:
        """Begin to walk the journey against it."""
        words = ["demo", "--country", self.country, "--check", "--data", str(self.data), "--json", str(report)]
        return subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@contextmanager
def started(country: str, folder: Path) -> Iterator[RunningDemo]:
    """A demo on `folder`, ended afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    let_strangers_pass(folder)
    output = folder / "output"
    words = ["demo", "--country", country, "--data", str(folder / "data"), "--free-ports"]
    with output.open("wb") as file:
        supervisor = subprocess.Popen([*COMMAND, *words], stdout=file, stderr=subprocess.STDOUT)
    demo = RunningDemo(country=country, data=folder / "data", supervisor=supervisor, output=output)
    try:
        end = time.monotonic() + START_SECONDS
        while "ready after" not in demo.said():
            assert supervisor.poll() is None, demo.said()
            assert time.monotonic() < end, demo.said()
            time.sleep(0.2)
        yield demo
    finally:
        if supervisor.poll() is None:
            supervisor.send_signal(signal.SIGINT)
            try:
                supervisor.wait(timeout=60)
            except subprocess.TimeoutExpired:
                supervisor.kill()
                supervisor.wait()
        keep_logs(demo)


def let_strangers_pass(folder: Path) -> None:
    """pytest closes its folders to others; as root the database server is such another."""
    for path in (folder, *folder.parents):
        if path.owner() == folder.owner() and "pytest" in str(path):
            path.chmod(0o755)


def output_folder() -> Path:
    """Where screenshots and logs are kept as CI output."""
    folder = Path(os.environ.get("SAOLA_CI_OUTPUT", ROOT / "ci-output"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep_logs(demo: RunningDemo) -> None:
    """Keep what the demo said, so that a failure elsewhere can be understood."""
    target = output_folder() / "logs" / demo.data.parent.name
    target.mkdir(parents=True, exist_ok=True)
    for file in (demo.output, *(demo.data / "logs").glob("*.log")):
        (target / file.name).write_bytes(file.read_bytes())


@pytest.fixture(scope="session")
def vietnam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """The demo of Vietnam, shared by the tests that leave it whole."""
    with started("vietnam", tmp_path_factory.mktemp("vietnam")) as demo:
        yield demo
