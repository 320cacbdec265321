"""How much a container may hold, and which names its files may have."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from saola_trust.errors import MalformedContainer

MIMETYPE = "application/vnd.etsi.asic-e+zip"
MANIFEST = "META-INF/manifest.xml"
LONGEST_NAME = 512


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds while unpacking; sizes in bytes. A ratio above `ratio` is refused beyond `free_bytes` unpacked."""

    container_bytes: int = 64 * 1024 * 1024
    unpacked_bytes: int = 128 * 1024 * 1024
    entries: int = 1000
    ratio: int = 100
    free_bytes: int = 1024 * 1024
    signature_files: int = 50


def check_name(name: str) -> None:
    """Raise MalformedContainer for a name that could lead out of a folder or be read in two ways."""
    parts = name.split("/")
    bad = (
        not name
        or len(name.encode("utf-8", "replace")) > LONGEST_NAME
        or name.startswith("/")
        or "\\" in name
        or any(part in {"", ".", ".."} for part in parts)
        or (len(name) > 1 and name[1] == ":")
        or any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name)
    )
    if bad:
        raise MalformedContainer(f"the file name {name[:80]!r} is not accepted in a container")


def check_document_name(name: str) -> None:
    """Like `check_name`, and not one of the names that ASiC keeps for itself."""
    check_name(name)
    if name.lower() == "mimetype" or name.lower().startswith("meta-inf/"):
        raise MalformedContainer(f"the file name {name!r} is kept for the container itself")
