"""Unpacking a container that a stranger made: bounded in every direction, nothing written to disk."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from saola_exchange.evidence.errors import ContainerInvalid, NotAContainer

MIMETYPE = "application/vnd.etsi.asic-e+zip"
MESSAGE, SIGNATURE = "message.xml", "META-INF/signatures.xml"
SIG_RESULT, SIG_CHAIN = "sig-hashchainresult.xml", "sig-hashchain.xml"
TS_RESULT, TS_CHAIN, TIMESTAMP = "ts-hashchainresult.xml", "ts-hashchain.xml", "META-INF/timestamp.tst"
ATTACHMENT = re.compile(r"attachment([1-9][0-9]{0,5})")
_CHUNK = 64 * 1024
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError,
            NotImplementedError, KeyError, IndexError, OverflowError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContainerLimits:
    """Bounds in bytes and numbers; `ratio` counts for files that unpack to more than `free`."""

    packed: int = 128 * 1024 * 1024
    unpacked: int = 256 * 1024 * 1024
    entries: int = 1000
    ratio: int = 200
    free: int = 4 * 1024 * 1024


def read_container(data: bytes, limits: ContainerLimits | None = None) -> dict[str, bytes]:
    """The files of a container by name. Raises NotAContainer, ContainerInvalid (damaged, hostile, incomplete)."""
    bounds = limits or ContainerLimits()
    if len(data) > bounds.packed:
        raise ContainerInvalid(f"the container is larger than {bounds.packed} bytes")
    if not data.startswith(b"PK"):
        raise NotAContainer("the file is not a ZIP archive")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = _unpack(archive, bounds)
    except DAMAGED as exc:
        raise ContainerInvalid(f"the archive is damaged: {exc}") from exc
    _require_complete(files)
    return files


def _unpack(archive: zipfile.ZipFile, limits: ContainerLimits) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > limits.entries:
        raise ContainerInvalid(f"the container has more than {limits.entries} files")
    files: dict[str, bytes] = {}
    room = limits.unpacked
    for entry in entries:
        _require_plain(entry, files)
        files[entry.filename] = _content(archive, entry, room=room, limits=limits)
        room -= len(files[entry.filename])
    return files


def _require_plain(entry: zipfile.ZipInfo, files: dict[str, bytes]) -> None:
    name = entry.filename
    if name in files or name.casefold() in {other.casefold() for other in files}:
        raise ContainerInvalid(f"two files of the container are called {name!r}")
    if name.startswith("/") or "\\" in name or ".." in name.split("/") or not name.isprintable():
        raise ContainerInvalid("a file of the container has a name that is not plain")
    if entry.flag_bits & 0x1 or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ContainerInvalid(f"{name!r} is encrypted or packed in an unusual way")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, room: int, limits: ContainerLimits) -> bytes:
    """What comes out is counted: the sizes that the archive states may lie."""
    parts: list[bytes] = []
    size = 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > room:
                raise ContainerInvalid(f"the container unpacks to more than {limits.unpacked} bytes")
            if size > limits.free and size > limits.ratio * max(entry.compress_size, 1):
                raise ContainerInvalid(f"{entry.filename!r} is packed more than {limits.ratio} times")
            parts.append(chunk)
    return b"".join(parts)


def _require_complete(files: dict[str, bytes]) -> None:
    """What X-Road's verifier requires of a container, with its codes."""
    kind = files.get("mimetype")
    if kind is None:
        raise ContainerInvalid("the container has no file mimetype", code="asic_mime_type_not_found")
    if kind.strip() != MIMETYPE.encode():
        raise ContainerInvalid("the container is not of type ASiC-E", code="asic_invalid_mime_type")
    if MESSAGE not in files:
        raise ContainerInvalid(
            f"the container has no file {MESSAGE}: it holds no message of the exchange",
            code="asic_message_not_found",
            remedy="Signed documents travel in such containers too; those are judged with the trusted list. "
            "For a message, ask the other side of the exchange for its copy.",
        )
    if SIGNATURE not in files:
        raise ContainerInvalid(f"the container has no file {SIGNATURE}", code="asic_signature_not_found")
    for name, needed, code in (
        (SIG_RESULT, SIG_CHAIN, "asic_hash_chain_not_found"),
        (SIG_CHAIN, SIG_RESULT, "asic_hash_chain_result_not_found"),
        (TS_RESULT, TS_CHAIN, "asic_hash_chain_not_found"),
        (TS_RESULT, TIMESTAMP, "asic_timestamp_not_found"),
    ):
        if name in files and needed not in files:
            raise ContainerInvalid(f"the container has {name}, but not {needed}", code=code)
