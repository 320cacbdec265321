"""What the tests of trust share: a fabric in memory, documents, and programs of others that judge what we make."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from saola_trust.certificates import certificate_der
from saola_trust.containers import Document
from saola_trust.services.fakes import FakeTrust

Judge = Callable[..., list[str]]
VERIFIER = Path(__file__).parent / "independent" / "digidoc.py"


@pytest.fixture
def trust() -> FakeTrust:
    """The fabric at its fixed time."""
    return FakeTrust()


@pytest.fixture
def live_trust() -> FakeTrust:
    """A fabric whose now is some minutes ago: for verifiers that look at the real clock."""
    return FakeTrust(at=datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10))


@pytest.fixture
def documents() -> list[Document]:
    """Two documents; one name needs percent-encoding."""
    return [
        Document("application form \u00fc.txt", "text/plain", b"I apply."),
        Document("attachments/a+b.json", "application/json", b'{"a": 1}'),
    ]


@pytest.fixture(scope="session")
def nowhere() -> Iterator[str]:
    """The address of a server that has nothing."""

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def digidoc(tmp_path: Path, nowhere: str) -> Judge:
    """libdigidocpp's verdicts on a container under a trusted list: one text per signature, "ok" or all causes."""

    def judge(container: bytes, *, trusted_list: bytes | None, operator: bytes) -> list[str]:
        folder = tmp_path / "digidoc"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "container.asice").write_bytes(container)
        (folder / "operator.der").write_bytes(operator)
        if trusted_list is not None:
            (folder / "tl.xml").write_bytes(trusted_list)
        # Its trust store is one per process, hence the subprocess.
        done = subprocess.run(
            [sys.executable, VERIFIER, folder, nowhere], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        verdicts: list[str] = json.loads(done.stdout.splitlines()[-1])
        return verdicts

    return judge


@pytest.fixture
def operator_der(trust: FakeTrust) -> bytes:
    """The certificate of the fabric's list operator."""
    return certificate_der(trust.operator.certificate)


@pytest.fixture
def pdf_file() -> bytes:
    """A small PDF/A."""
    typst = pytest.importorskip("typst")
    return bytes(typst.compile(b"= Certificate\nBorn in a test.", pdf_standards=["a-2b"]))


@pytest.fixture
def program() -> Callable[[str], str]:
    """The path of another's program; the test is skipped where it is not installed."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is not installed on this machine")
        return path

    return find
