"""Reading a container that anybody may have made: bounded, and refused whenever it could be read in two ways."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from saola_trust.containers.limits import MANIFEST, MIMETYPE, Limits, check_name
from saola_trust.containers.writing import ODF
from saola_trust.errors import MalformedContainer, MalformedSignature
from saola_trust.signatures import Document
from saola_trust.signatures.xmldsig import parse_xml

# What zipfile and the decompressor raise on damaged archives.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError,
          struct.error, KeyError, IndexError, OverflowError)  # fmt: skip
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Container:
    """An unpacked container. `others` are further files of META-INF, such as manifests of other kinds of signature."""

    documents: tuple[Document, ...]
    signatures: tuple[bytes, ...]
    manifest: dict[str, str]
    others: tuple[str, ...] = ()


def read_asice(data: bytes, limits: Limits | None = None) -> Container:
    """Unpack; nothing is verified. Raises MalformedContainer: damaged, hostile, too large, not ASiC-E."""
    limits = limits or Limits()
    files = _unpack(data, limits)
    if "mimetype" not in files:
        raise MalformedContainer("the container lacks its mimetype")
    kind = files.pop("mimetype").removeprefix(b"\xef\xbb\xbf").strip()
    if kind != MIMETYPE.encode():
        raise MalformedContainer(f"the container says that it is {kind[:60].decode('ascii', 'replace')!r}")
    inside = {name: content for name, content in files.items() if name.lower().startswith("meta-inf/")}
    manifest = _manifest(inside.get(MANIFEST))
    signatures = [name for name in inside if _is_signature(name)]
    if len(signatures) > limits.signature_files:
        raise MalformedContainer(f"{len(signatures)} signature files; at most {limits.signature_files} are accepted")
    return Container(
        documents=tuple(
            Document(name, manifest.get(name, "application/octet-stream"), content)
            for name, content in files.items()
            if name not in inside
        ),
        signatures=tuple(inside[name] for name in sorted(signatures)),
        manifest=manifest,
        others=tuple(sorted(name for name in inside if name != MANIFEST and name not in signatures)),
    )


def _unpack(data: bytes, limits: Limits) -> dict[str, bytes]:
    if len(data) > limits.container_bytes:
        raise MalformedContainer(f"a container of {len(data)} bytes is larger than {limits.container_bytes}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _entries(archive, limits)
    except BROKEN as exc:
        raise MalformedContainer(f"the container cannot be unpacked: {exc}") from exc


def _entries(archive: zipfile.ZipFile, limits: Limits) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise MalformedContainer(f"a container of {len(entries)} files; at most {limits.entries} are accepted")
    files: dict[str, bytes] = {}
    seen: set[str] = set()
    room = limits.unpacked_bytes
    for entry in entries:
        if entry.is_dir():
            check_name(entry.filename.rstrip("/"))
            continue
        check_name(entry.filename)
        if entry.filename.casefold() in seen:
            raise MalformedContainer(f"two files are called {entry.filename!r}")
        seen.add(entry.filename.casefold())
        files[entry.filename] = _content(archive, entry, room, limits)
        room -= len(files[entry.filename])
    return files


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int, limits: Limits) -> bytes:
    if entry.flag_bits & 0x1 or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise MalformedContainer(f"{entry.filename!r} is encrypted or packed in an unusual way")
    parts, size = [], 0
    with archive.open(entry) as stream:
        # The sizes in the directory may lie: what comes out is counted.
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > room:
                raise MalformedContainer(f"the container unpacks to more than {limits.unpacked_bytes} bytes")
            if size > limits.free_bytes and size > limits.ratio * max(entry.compress_size, 1):
                raise MalformedContainer(f"{entry.filename!r} is packed more than {limits.ratio} times: refused")
            parts.append(chunk)
    return b"".join(parts)


def _is_signature(name: str) -> bool:
    # EN 319 162-1 §4.4.3.2: in META-INF, the name contains "signatures", extension xml.
    base = name.removeprefix("META-INF/")
    return base != name and "signatures" in base and base.endswith(".xml") and "/" not in base


def _manifest(data: bytes | None) -> dict[str, str]:
    if data is None:
        return {}
    try:
        root = parse_xml(data)
    except MalformedSignature as exc:
        raise MalformedContainer(f"the manifest of the container cannot be read: {exc.detail}") from exc
    found: dict[str, str] = {}
    for entry in root.iterfind(f"{{{ODF}}}file-entry"):
        path, kind = entry.get(f"{{{ODF}}}full-path", ""), entry.get(f"{{{ODF}}}media-type", "")
        if path.endswith("/"):
            continue
        if path in found:
            raise MalformedContainer(f"the manifest names {path!r} twice")
        found[path] = kind
    return found
