"""What tests of every package may ask for: a throw-away database server, and the reference data."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from saola_command.postgres import Cluster, Database, Endpoint, ensure_databases

ROOT = Path(__file__).parent


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One embedded server for the whole run of this worker, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="saola-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "postgres", endpoint=Endpoint("127.0.0.1", free_port()))
        cluster.create()
        with subprocess.Popen(cluster.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                cluster.wait(seconds=30, alive=server)
                yield cluster
            finally:
                server.send_signal(signal.SIGINT)  # at once, whoever is still connected


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """The address of a role that may create databases (and is no superuser), for frameworks that make their own."""
    database = Database("saola_tests", secrets.token_urlsafe(12))
    ensure_databases(operator_url=postgres_cluster.operator_url, databases=[database])
    with psycopg.connect(postgres_cluster.operator_url, autocommit=True) as connection:
        connection.execute("ALTER ROLE saola_tests CREATEDB")
        connection.execute("GRANT CONNECT ON DATABASE postgres TO saola_tests")
    make_extensions_trusted(postgres_cluster)
    return postgres_cluster.endpoint.url(user=database.name, password=database.password, database=database.name)


@pytest.fixture
def database_url(postgres_cluster: Cluster) -> Iterator[str]:
    """A fresh, empty database with a role of its own."""
    database = Database(f"test_{secrets.token_hex(6)}", secrets.token_urlsafe(12))
    ensure_databases(operator_url=postgres_cluster.operator_url, databases=[database])
    yield postgres_cluster.endpoint.url(user=database.name, password=database.password, database=database.name)
    with psycopg.connect(postgres_cluster.operator_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database.name} WITH (FORCE)")
        connection.execute(f"DROP ROLE {database.name}")


def make_extensions_trusted(cluster: Cluster) -> None:
    """Put the extensions into the template, so that a framework's own test database has them."""
    url = psycopg.conninfo.make_conninfo(cluster.operator_url, dbname="template1")
    with psycopg.connect(url, autocommit=True) as connection:
        for extension in ("unaccent", "pg_trgm"):
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of real inputs beside the project; where it is absent the test is skipped, in CI it must be there."""
    folder = Path(os.environ.get("SAOLA_REFERENCE_DATA", ROOT.parent / "shared" / "reference-data"))
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("the reference data must be present in CI")
        pytest.skip("the reference data does not stand beside the project")
    return folder
