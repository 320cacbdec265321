"""The embedded database server: divided among owners, and not left behind."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
from saola_command.postgres import Cluster, Database, Endpoint, ensure_databases
from saola_command.postgres.privileges import passable, server_account


@pytest.fixture
def two_databases(postgres_cluster: Cluster) -> list[Database]:
    databases = [Database(f"owner_{secrets.token_hex(4)}", secrets.token_urlsafe(8)) for _ in range(2)]
    ensure_databases(operator_url=postgres_cluster.operator_url, databases=databases)
    return databases


def test_each_role_is_refused_at_every_other_database(postgres_cluster: Cluster, two_databases: list[Database]) -> None:
    for role in two_databases:
        for database in two_databases:
            url = postgres_cluster.endpoint.url(user=role.name, password=role.password, database=database.name)
            if role is database:
                with psycopg.connect(url) as connection:
                    assert connection.execute("SELECT current_user").fetchone() == (role.name,)
            else:
                with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                    psycopg.connect(url)


def test_a_role_is_refused_at_the_servers_own_database(
    postgres_cluster: Cluster, two_databases: list[Database]
) -> None:
    role = two_databases[0]
    for name in ("postgres", "template1"):
        url = postgres_cluster.endpoint.url(user=role.name, password=role.password, database=name)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(url)


def test_a_wrong_password_is_refused(postgres_cluster: Cluster, two_databases: list[Database]) -> None:
    role = two_databases[0]
    url = postgres_cluster.endpoint.url(user=role.name, password="guess", database=role.name)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_making_the_databases_again_changes_nothing(postgres_cluster: Cluster, two_databases: list[Database]) -> None:
    role = two_databases[0]
    url = postgres_cluster.endpoint.url(user=role.name, password=role.password, database=role.name)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
    ensure_databases(operator_url=postgres_cluster.operator_url, databases=two_databases)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)


def test_diacritics_can_be_folded_in_every_database(postgres_cluster: Cluster, two_databases: list[Database]) -> None:
    role = two_databases[1]
    url = postgres_cluster.endpoint.url(user=role.name, password=role.password, database=role.name)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT unaccent(lower('ÉCOLE'))").fetchone() == ("ecole",)


def test_what_was_committed_survives_a_killed_server(tmp_path: Path, unused_tcp_port: int) -> None:
    open_up(tmp_path)
    cluster = Cluster(tmp_path / "postgres", endpoint=Endpoint("127.0.0.1", unused_tcp_port))
    cluster.create()
    server = start(cluster)
    with psycopg.connect(cluster.operator_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    server = start(cluster)
    try:
        with psycopg.connect(cluster.operator_url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)


def test_a_folder_left_half_made_is_made_anew(tmp_path: Path, unused_tcp_port: int) -> None:
    open_up(tmp_path)
    cluster = Cluster(tmp_path / "postgres", endpoint=Endpoint("127.0.0.1", unused_tcp_port))
    cluster.files.mkdir(parents=True)
    (cluster.files / "PG_VERSION").write_text("half")
    cluster.create()
    assert (cluster.files / "saola-complete").exists()


def test_nothing_above_the_data_folder_changes_owner_or_mode(tmp_path: Path, unused_tcp_port: int) -> None:
    parent = tmp_path / "closed"
    parent.mkdir(mode=0o700)
    before = [(p.stat().st_uid, p.stat().st_mode) for p in (parent, *parent.parents)]
    cluster = Cluster(parent / "postgres", endpoint=Endpoint("127.0.0.1", unused_tcp_port))
    cluster.create()
    server = start(cluster)
    server.send_signal(signal.SIGINT)
    server.wait(timeout=20)
    assert [(p.stat().st_uid, p.stat().st_mode) for p in (parent, *parent.parents)] == before


def test_a_folder_that_is_closed_to_strangers_is_recognised(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    stranger = os.getuid() + 4242
    assert not passable(closed / "file", uid=stranger)


def test_the_server_never_runs_as_root() -> None:
    account = server_account()
    assert (account is None) == (os.geteuid() != 0)
    assert account is None or account.pw_uid != 0


def open_up(folder: Path) -> None:
    for path in (folder, *folder.parents[:2]):
        if path.name.startswith(("pytest", "test", "popen")):
            path.chmod(0o755)


def start(cluster: Cluster) -> subprocess.Popen[bytes]:
    # After a kill the old server's children need a moment to notice; a start before that is refused.
    for _ in range(20):
        server = subprocess.Popen(cluster.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            cluster.wait(seconds=20, alive=server)
        except Exception:  # noqa: BLE001 (any refusal means: once more)
            time.sleep(0.3)
        else:
            return server
    raise AssertionError("the server did not start again")
