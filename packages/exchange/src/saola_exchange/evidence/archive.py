"""Archives of the message log: containers, and a chain of digests that shows that none was taken out or changed.

``linkinginfo`` begins with the last digest and the name of the archive before (or ``-``), then lists
each container with the digest of (digest before ‖ digest of the container), both in hexadecimal.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from saola_exchange.evidence.errors import ContainerInvalid, NotAContainer
from saola_exchange.evidence.reading import DAMAGED, ContainerLimits

LINKING_INFO = "linkinginfo"
MAXIMUM_CONTAINERS = 100_000
MAXIMUM_UNPACKED = 1024 * 1024 * 1024
_ALGORITHMS = {"SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


@dataclass(frozen=True, slots=True)
class ArchiveLinks:
    """What links an archive to the one before; `previous_digest` None for the first of a chain."""

    previous_digest: str | None
    previous_file: str | None
    algorithm: str
    entries: tuple[tuple[str, str], ...]

    @property
    def last_digest(self) -> str | None:
        """What the next archive must name."""
        return self.entries[-1][0] if self.entries else self.previous_digest


def is_archive(data: bytes) -> bool:
    """Whether the bytes are a ZIP file with the linking information of an archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return LINKING_INFO in archive.namelist()
    except DAMAGED:
        return False


def is_bundle(data: bytes) -> bool:
    """Whether the bytes are a ZIP file of nothing but containers, as a gateway gives several at once."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except DAMAGED:
        return False
    return 0 < len(names) <= MAXIMUM_CONTAINERS and all(name.endswith(".asice") for name in names)


def bundled_containers(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The containers of a bundle. Raises NotAContainer, ContainerInvalid."""
    room = MAXIMUM_UNPACKED
    with _open(data) as archive:
        for name in archive.namelist():
            content = _content(archive, name, min(room, ContainerLimits().packed))
            room -= len(content)
            yield name, content


def read_links(data: bytes) -> ArchiveLinks:
    """The linking information. Raises NotAContainer, ContainerInvalid."""
    with _open(data) as archive:
        content = _content(archive, LINKING_INFO, MAXIMUM_CONTAINERS * 512)
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeError as exc:
        raise ContainerInvalid("the archive has no readable linking information") from exc
    head = lines[0].split() if lines else []
    if len(head) != 3 or head[2] not in _ALGORITHMS or len(lines) > MAXIMUM_CONTAINERS:
        raise ContainerInvalid("the linking information does not begin as it must")
    entries = []
    for line in lines[1:]:
        digest, _, name = line.partition(" ")
        if not re.fullmatch(r"[0-9a-f]{64,128}", digest) or not name:
            raise ContainerInvalid("a line of the linking information is malformed")
        entries.append((digest, name))
    previous, file = (None if word == "-" else word for word in head[:2])
    return ArchiveLinks(previous, file, head[2], tuple(entries))


def linked_containers(data: bytes, links: ArchiveLinks) -> Iterator[tuple[str, bytes]]:
    """The containers in the order of the chain, each after its link was checked.

    Raises ContainerInvalid when one is missing, changed, or not listed.
    """
    name_of = _ALGORITHMS[links.algorithm]
    digest, room = links.previous_digest or "", MAXIMUM_UNPACKED
    with _open(data) as archive:
        if {*archive.namelist()} != {LINKING_INFO, *(name for _, name in links.entries)}:
            raise ContainerInvalid("the archive does not hold exactly the containers that are linked")
        for expected, name in links.entries:
            content = _content(archive, name, min(room, ContainerLimits().packed))
            room -= len(content)
            own = hashlib.new(name_of, content).hexdigest()
            digest = hashlib.new(name_of, (digest + own).encode()).hexdigest()
            if digest != expected:
                raise ContainerInvalid(f"{name} is not the container that was archived", code="archive_link_broken")
            yield name, content


def _open(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except DAMAGED as exc:
        raise NotAContainer("the file is not a ZIP archive") from exc


def _content(archive: zipfile.ZipFile, name: str, room: int) -> bytes:
    try:
        with archive.open(name) as stream:
            content = stream.read(room + 1)
    except DAMAGED as exc:
        raise ContainerInvalid(f"{name} cannot be unpacked") from exc
    if len(content) > room:
        raise ContainerInvalid("the archive unpacks to more than is accepted")
    return content
