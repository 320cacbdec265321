"""A site as processes: prepared twice, served, killed, and its work taken up again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import yaml
from saola_blueprint import load_country
from saola_blueprint.schema import Register

pytestmark = pytest.mark.system

COUNTRY = Path(__file__).parents[4] / "countries" / "template"
SAOLA = str(Path(sys.executable).with_name("saola"))
TOKEN = "token-of-the-own-gateway"
MEGABYTES = 1024 * 1024


SERVICE = {
    "X_Saola_Gateway_Token": TOKEN,
    "X_Road_Client": "EX-DEMO/GOV/A/b",
    "X_Road_Id": "1",
    "Saola_Purpose": "test",
    "Saola_Legal_Ground": "test",
}


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any], *, seconds: float = 60.0) -> Any:
    """What the condition gives once it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


class Site:
    """One site: its configuration and its processes."""

    def __init__(self, *, folder: Path, database: str, **settings: Any) -> None:
        self.port = free_port()
        self.database = database
        self.config = folder / "site.yaml"
        self.processes: list[subprocess.Popen[bytes]] = []
        (folder / "token").write_text(TOKEN)
        content = {
            "country": str(COUNTRY),
            "listen": f"127.0.0.1:{self.port}",
            "public_url": f"http://localhost:{self.port}",
            "database": database,
            "data": "data",
            "secret_key_file": "data/key",
            "demo": True,
            "upload_limits": {"file_bytes": MEGABYTES, "request_bytes": 2 * MEGABYTES},
            "exchange": {
                "gateway": "http://127.0.0.1:1",
                "client": "EX-DEMO/GOV/A/b",
                "instance": "EX-DEMO",
                "gateway_token_file": "token",
            },
            **settings,
        }
        self.config.write_text(yaml.safe_dump(content))
        self.log = (folder / "log").open("wb")

    def saola(self, action: str, *words: str) -> None:
        """Run a command to its end."""
        done = subprocess.run(
            [SAOLA, "site", action, "--config", str(self.config), *words], capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self, action: str) -> subprocess.Popen[bytes]:
        """Start a process that stays."""
        command = [SAOLA, "site", action, "--config", str(self.config)]
        process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        self.processes.append(process)
        return process

    def get(self, path: str, *, data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Status and body; 0 when nobody answers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()
        except OSError:
            return 0, b""

    def query(self, statement: str) -> list[Any]:
        """Rows from the site's database."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(statement).fetchall()

    def end(self) -> None:
        """End what was started here."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.log.close()


@pytest.fixture
def register_site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    """A site with the first register of the country."""
    register = numbered_register()
    site = Site(
        folder=tmp_path,
        database=database_url,
        site="register",
        organisation=register.owner,
        registers=[register.id],
    )
    yield site
    site.end()


def numbered_register() -> Register:
    """A register of the country that gives the keys itself."""
    return next(one for one in load_country(COUNTRY).registers.values() if one.numbering)


def an_entry(register: Register) -> dict[str, Any]:
    """Data for each required field."""
    plain = {"date": "2020-01-31", "integer": 1, "yes-no": True}
    fields = [field for field in register.fields.values() if field.required and field.name != register.key]
    return {
        field.name: field.choices[0].value if field.choices else plain.get(field.type, "Example") for field in fields
    }


def memory(process: subprocess.Popen[bytes]) -> float:
    """Megabytes of a process and its children, shared pages counted in part."""
    parent = psutil.Process(process.pid)
    return sum(one.memory_full_info().pss for one in (parent, *parent.children(recursive=True))) / MEGABYTES


def test_a_site_is_prepared_twice_serves_and_ends_cleanly(register_site: Site) -> None:
    register_site.saola("init")
    register_site.saola("init")
    server = register_site.start("run")
    until(lambda: register_site.get("/health")[0] == 200)
    assert json.loads(register_site.get("/health")[1])["status"] == "ok"
    status, page = register_site.get("/")
    assert (status, b"<h1" in page) == (200, True)
    register = numbered_register().id
    assert register_site.get(f"/services/{register}/records/1")[0] == 401
    assert register_site.get(f"/services/{register}/openapi.json")[0] == 200
    assert memory(server) < 90
    server.send_signal(signal.SIGTERM)
    assert server.wait(20) == 0


def test_the_operators_pages_are_there_only_where_configured(register_site: Site) -> None:
    settings = yaml.safe_load(register_site.config.read_text())
    register_site.config.write_text(yaml.safe_dump({**settings, "operator_pages": True}))
    register_site.saola("init")
    server = register_site.start("run")
    status, page = until(lambda: found if (found := register_site.get("/operator/"))[0] else None)
    assert (status, b"login" in page) == (200, True)
    server.terminate()
    server.wait()
    register_site.config.write_text(yaml.safe_dump(settings))
    register_site.start("run")
    until(lambda: register_site.get("/health")[0] == 200)
    assert register_site.get("/operator/")[0] == 404


def test_too_much_is_refused_with_a_page_that_the_sender_sees(register_site: Site) -> None:
    register_site.saola("init")
    server = register_site.start("run")
    until(lambda: register_site.get("/health")[0] == 200)
    before = memory(server)
    status, page = register_site.get("/", data=bytes(64 * MEGABYTES))
    assert (status, b"too large" in page) == (413, True)
    assert memory(server) < before + 10


def test_a_body_in_chunks_reaches_a_service(register_site: Site) -> None:
    register_site.saola("init")
    register_site.start("run")
    until(lambda: register_site.get("/health")[0] == 200)
    register = numbered_register().id
    fields = {
        "Host": f"localhost:{register_site.port}",
        "Idempotency-Key": "1",
        "Transfer-Encoding": "chunked",
        "Connection": "close",
        **{name.replace("_", "-"): value for name, value in SERVICE.items()},
    }
    headers = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    with socket.create_connection(("127.0.0.1", register_site.port), timeout=20) as connection:
        connection.sendall(f"POST /services/{register}/records HTTP/1.1\r\n{headers}\r\n".encode())
        connection.sendall(b"b\r\n" + b'{"data": {}' + b"\r\n1\r\n}\r\n0\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    # The body was read: it is its fields that are missing.
    assert b"register.data_refused" in answer, answer


def test_nothing_is_lost_or_doubled_when_a_register_is_killed_while_writing(register_site: Site) -> None:
    register_site.saola("init")
    server = register_site.start("run")
    until(lambda: register_site.get("/health")[0] == 200)
    register = numbered_register()
    body = json.dumps({"data": an_entry(register)}).encode()

    def write(number: int) -> tuple[int, bytes]:
        headers = {**SERVICE, "X_Road_Id": str(number), "Idempotency_Key": str(number)}
        return register_site.get(f"/services/{register.id}/records", data=body, **headers)

    def kill() -> None:
        until(lambda: register_site.query("SELECT 1 FROM registers_record OFFSET 20"))
        # The worker process holds the requests; its parent would start another.
        for number in (server.pid, *(child.pid for child in psutil.Process(server.pid).children(recursive=True))):
            os.kill(number, signal.SIGKILL)

    with ThreadPoolExecutor(5) as pool:
        killing = pool.submit(kill)
        first = list(pool.map(write, range(200)))
        killing.result()
    server.wait()
    assert {status for status, _ in first} == {0, 201}, "it was killed in the middle"
    register_site.start("run")
    until(lambda: register_site.get("/health")[0] == 200)
    with ThreadPoolExecutor(4) as pool:
        second = list(pool.map(write, range(200)))
    assert {status for status, _ in second} <= {200, 201}
    for (status, before), (_, after) in zip(first, second, strict=True):
        assert status == 0 or before == after, "what was answered stays as it was"
    counts = "SELECT (SELECT count(*) FROM registers_record), (SELECT count(*) FROM registers_recordversion)"
    assert register_site.query(counts) == [(200, 200)]


def test_work_of_a_killed_worker_is_taken_up_again(register_site: Site) -> None:
    register_site.saola("init")
    worker = register_site.start("worker")
    until(lambda: register_site.query("SELECT 1 FROM procrastinate_workers"))
    # A job that the worker holds when it dies: put in its hands by hand.
    (job,) = register_site.query(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id, attempts)"
        " SELECT 'kernel', 'kernel.tidy', '{\"timestamp\": 0}', 'doing', id, 1 FROM procrastinate_workers RETURNING id"
    )
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    register_site.start("worker")
    until(
        lambda: register_site.query(f"SELECT 1 FROM procrastinate_jobs WHERE id = {job[0]} AND status = 'succeeded'"),  # noqa: S608
        seconds=45,
    )


def test_a_worker_outlives_its_connections_and_ends_when_told(register_site: Site) -> None:
    register_site.saola("init")
    worker = register_site.start("worker")
    until(lambda: register_site.query("SELECT 1 FROM procrastinate_workers"))
    register_site.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    register_site.query(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
        " VALUES ('kernel', 'kernel.tidy', '{\"timestamp\": 0}') RETURNING id"
    )
    until(lambda: register_site.query("SELECT 1 FROM procrastinate_jobs WHERE status = 'succeeded'"), seconds=45)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(25) == 0
