"""The file store keeps bytes once, whole or not at all, and notices when they change."""

import hashlib
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from saola_platform.documents.errors import EmptyFile, FileTooLarge, InfectedFile, StoredFileDamaged
from saola_platform.documents.scanner import EICAR, FakeScanner, NoScanner
from saola_platform.documents.storage import FileStore


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_kept_is_read_back(tmp_path: Path) -> None:
    store = FileStore(folder=tmp_path)
    with store.receive(pieces=[b"one ", b"two"], limit=100) as incoming:
        store.keep(incoming)
    assert incoming.sha256 == hashlib.sha256(b"one two").hexdigest()
    assert store.read(sha256=incoming.sha256) == b"one two"


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = FileStore(folder=tmp_path)
    for _ in range(2):
        with store.receive(pieces=[b"same"], limit=100) as incoming:
            store.keep(incoming)
    assert len(files_in(tmp_path)) == 1


def test_what_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    with FileStore(folder=tmp_path).receive(pieces=[b"refused"], limit=100) as incoming:
        assert incoming.path.exists()
    assert files_in(tmp_path) == []


def test_a_file_of_two_gigabytes_is_refused_early_in_flat_memory(tmp_path: Path) -> None:
    asked = 0

    def pieces() -> Iterator[bytes]:
        nonlocal asked
        for _ in range(2 * 1024 * 16):
            asked += 1
            yield b"\0" * 65536

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (
        pytest.raises(FileTooLarge) as refusal,
        FileStore(folder=tmp_path).receive(pieces=pieces(), limit=5_000_000),
    ):
        pass
    assert asked < 100
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB
    assert files_in(tmp_path) == []
    assert "5 MB" in refusal.value.message


def test_nothing_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile), FileStore(folder=tmp_path).receive(pieces=[], limit=10):
        pass


def test_a_change_on_disk_is_noticed(tmp_path: Path) -> None:
    store = FileStore(folder=tmp_path)
    with store.receive(pieces=[b"original"], limit=100) as incoming:
        store.keep(incoming)
    (place,) = files_in(tmp_path)
    place.chmod(0o640)
    place.write_bytes(b"changed!")
    with pytest.raises(StoredFileDamaged):
        store.read(sha256=incoming.sha256)


def test_a_lost_file_is_reported_as_damage(tmp_path: Path) -> None:
    with pytest.raises(StoredFileDamaged):
        FileStore(folder=tmp_path).read(sha256="0" * 64)


def test_the_scanner_for_tests_refuses_the_standard_test_file(tmp_path: Path) -> None:
    path = tmp_path / "eicar"
    path.write_bytes(b"before " + EICAR)
    with pytest.raises(InfectedFile):
        FakeScanner().scan(path=path)


def test_without_a_scanner_a_file_is_marked_as_not_scanned(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    assert NoScanner().scan(path=path).verdict == "not-scanned"
    assert "no virus scanner" in NoScanner().describe()
