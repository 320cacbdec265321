"""Serving people whose network fails them: nobody else waits for long."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from saola_platform.sites.serving import BoundedWorker


class Hasty(BoundedWorker):
    """Does not wait as long as a site does."""

    SILENT_SECONDS: ClassVar[float] = 0.5


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Reads what is sent, and tells how much it was."""
    length = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(length).encode()]


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A server with a single thread."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    words = [
        "--bind",
        f"127.0.0.1:{number}",
        "--threads",
        "1",
        "--no-control-socket",
        "--worker-tmp-dir",
        str(tmp_path),
    ]
    words += ["--worker-class", "test_serving.Hasty", "--pythonpath", str(Path(__file__).parent)]
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *words, "test_serving:application"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            end = time.monotonic() + 30
            while not answers(number):
                assert time.monotonic() < end
                time.sleep(0.1)
            yield number
        finally:
            server.terminate()


def answers(port: int) -> bool:
    """Whether a request is served."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/", body=b"abc")
        return connection.getresponse().read() == b"3"
    except OSError:
        return False
    finally:
        connection.close()


@pytest.mark.parametrize(
    "cut", [b"POST / HTTP/1.1\r\nHost: loc", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"]
)
def test_a_client_that_falls_silent_in_a_request_gives_its_thread_back(port: int, cut: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as silent:
        silent.sendall(cut)
        time.sleep(0.1)
        assert answers(port)
