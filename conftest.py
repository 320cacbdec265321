"""What tests of every package may ask for: golden files, a throw-away database server, and the reference data."""

from __future__ import annotations

import difflib
import hashlib
import io
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from asn1crypto import core, parser
from hypothesis import settings
from saola_command.postgres import Cluster, Database, Endpoint, ensure_databases

ROOT = Path(__file__).parent
# On a machine that others use too, how long one example takes says nothing.
settings.register_profile("saola", deadline=None)
if os.environ.get("CI") != "true":  # there Hypothesis has a profile of its own, without deadlines too
    settings.load_profile("saola")
WRITE_GOLDEN = os.environ.get("SAOLA_GOLDEN") == "write"
UNIVERSAL = {1: "BOOLEAN", 2: "INTEGER", 3: "BIT STRING", 4: "OCTET STRING", 5: "NULL", 6: "OBJECT IDENTIFIER",
             10: "ENUMERATED", 12: "UTF8String", 16: "SEQUENCE", 17: "SET", 19: "PrintableString", 22: "IA5String",
             23: "UTCTime", 24: "GeneralizedTime"}  # fmt: skip
READABLE = {12, 19, 22, 23, 24}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """When golden files are written (`make golden`), only the tests that compare some are run."""
    if not WRITE_GOLDEN:
        return
    others = [item for item in items if "golden" not in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in set(others)]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with the reviewed file of that name below the package's ``tests/golden``."""
    tests = next(folder for folder in request.path.parents if folder.name == "tests")

    def compare(name: str, made: bytes) -> None:
        path = tests / "golden" / name
        if WRITE_GOLDEN:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(made)
        if not path.is_file():
            pytest.fail(f"there is no reviewed {path.relative_to(ROOT)}; `make golden` writes it", pytrace=False)
        if made != path.read_bytes():
            pytest.fail(_difference(path, made), pytrace=False)

    return compare


@pytest.fixture
def golden_der(golden: Callable[[str, bytes], None]) -> Callable[[str, bytes], None]:
    """As `golden`, for DER: kept as text of one line per value, so that a difference can be read."""

    def compare(name: str, made: bytes) -> None:
        text = _der_text(made)
        if bytes.fromhex("".join(line.partition(" -- ")[0] for line in text.splitlines())) != made:
            pytest.fail(f"{name} is not DER: not every byte of it could be written down")
        golden(f"{name}.der.txt", text.encode())

    return compare


@pytest.fixture
def golden_zip(golden: Callable[[str, bytes], None]) -> Callable[[str, bytes], None]:
    """As `golden`, for ZIP: kept as the list of entries, as compressors differ in the bytes they make."""
    return lambda name, made: golden(f"{name}.zip.txt", _zip_text(made).encode())


def _difference(path: Path, made: bytes) -> str:
    reviewed, now = (data.decode(errors="backslashreplace").splitlines() for data in (path.read_bytes(), made))
    lines = difflib.unified_diff(reviewed, now, "reviewed", "made now", n=1, lineterm="")
    return "\n".join([f"{path.relative_to(ROOT)} differs; if that is meant: `make golden`, and review", *lines])


def _der_text(data: bytes, *, depth: int = 0) -> str:
    """Header and content of each value in hexadecimal; what stands before the dashes is the very bytes."""
    lines = ""
    while data:
        class_, constructed, tag, header, content, trailer = parser.parse(data)
        data = data[len(header) + len(content) + len(trailer) :]
        name = UNIVERSAL[tag] if class_ == 0 else f"[{tag}]"
        if class_ == 0 and tag in READABLE:
            name += f" {content.decode()}"
        elif class_ == 0 and tag == 6:
            name += f" {core.ObjectIdentifier.load(header + content).dotted}"
        # What extensions and attributes wrap into an OCTET STRING is to be read as well.
        nested = constructed or (class_ == 0 and tag == 4 and _is_sequence(content))
        lines += "  " * depth + header.hex() + ("" if nested or not content else f" {content.hex()}") + f" -- {name}\n"
        lines += _der_text(content, depth=depth + 1) if nested else ""
    return lines


def _is_sequence(content: bytes) -> bool:
    try:
        return content[:1] == b"\x30" and parser.peek(content) == len(content)
    except ValueError:
        return False


def _zip_text(data: bytes) -> str:
    """Comment, then of each entry in its order: method, mode, time, size, SHA-256 and name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        lines = [f"comment {archive.comment.decode()}"] if archive.comment else []
        for entry in archive.infolist():
            method = "stored" if entry.compress_type == zipfile.ZIP_STORED else "deflated"
            moment = "{}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*entry.date_time)
            digest = hashlib.sha256(archive.read(entry)).hexdigest()
            mode = f"{entry.create_system}:{entry.external_attr >> 16:o}"
            lines.append(f"{method} {mode} {moment} {entry.file_size} {digest} {entry.filename}")
    return "".join(f"{line}\n" for line in lines)


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
        # Nothing here outlives the machine, so nothing is forced onto the disk.
        careless = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]
        with subprocess.Popen(
            [*cluster.command(), *careless], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
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
