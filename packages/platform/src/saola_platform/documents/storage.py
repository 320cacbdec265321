"""Bytes on the file system under their SHA-256: written once, never changed, found without a name.

A file arrives in ``incoming`` (same file system), is checked there and takes its place by an atomic rename, so a
process killed in between leaves nothing half kept.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from saola_platform.documents.errors import EmptyFile, FileTooLarge, StoredFileDamaged


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that has arrived and is not kept yet; `sha256` in hexadecimal."""

    path: Path
    sha256: str
    size: int


class FileStore:
    """The folder in which one site keeps its files."""

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def receive(self, *, pieces: Iterable[bytes], limit: int) -> Iterator[Incoming]:
        """Write the pieces to a temporary file, hashing; gone after the block unless kept.

        Raises FileTooLarge as soon as there are more than ``limit`` bytes, EmptyFile when there are none.
        """
        folder = self._folder / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                digest, size = _copy(pieces, target=target, limit=limit)
            yield Incoming(path=path, sha256=digest, size=size)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, incoming: Incoming) -> None:
        """Give the file its place; keeping the same bytes twice changes nothing."""
        place = self._place(incoming.sha256)
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        incoming.path.chmod(0o440)
        incoming.path.rename(place)
        _flush_folder(place.parent)

    def read(self, *, sha256: str) -> bytes:
        """The bytes, checked against their digest; raises StoredFileDamaged."""
        try:
            content = self._place(sha256).read_bytes()
        except OSError as error:
            raise StoredFileDamaged(f"the file {sha256} cannot be read") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoredFileDamaged(f"the file {sha256} has changed on disk")
        return content

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / sha256


def _copy(pieces: Iterable[bytes], *, target: BinaryIO, limit: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise FileTooLarge(limit=limit)
        digest.update(piece)
        target.write(piece)
    if size == 0:
        raise EmptyFile
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest(), size


def _flush_folder(folder: Path) -> None:
    """Make the rename itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
