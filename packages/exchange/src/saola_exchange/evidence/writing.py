"""Packing one message and everything that proves it into a container."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from saola_exchange.evidence import reading
from saola_exchange.protocol.parts import SHA512
from saola_exchange.protocol.signature import MessageSignature
from saola_exchange.protocol.xml import DS

_BASE32 = "0123456789abcdefghijklmnopqrstuv"
_MAXIMUM_NAME = 226
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
# X-Road writes the namespace without the leading 0 of ETSI's, and so do we.
_ASIC = "http://uri.etsi.org/2918/v1.2.1#"


@dataclass(frozen=True, slots=True)
class BatchTimestamp:
    """A time stamp over many messages: the chain of this one, the result that was stamped, the token (DER)."""

    chain: bytes = field(repr=False)
    chain_result: bytes = field(repr=False)
    token: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EvidenceContent:
    """What goes into a container. `body` None: the message had none, or it was not kept."""

    message: bytes = field(repr=False)
    signature: MessageSignature = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    timestamp: BatchTimestamp | None = field(default=None, repr=False)


def build_container(content: EvidenceContent, *, at: datetime) -> bytes:
    """The container; `at` becomes the time of its entries. The same content gives the same bytes."""
    files: dict[str, bytes] = {"mimetype": reading.MIMETYPE.encode(), reading.MESSAGE: content.message}
    files[reading.SIGNATURE] = content.signature.xml
    if content.signature.hash_chain_result is not None and content.signature.hash_chain is not None:
        files[reading.SIG_RESULT] = content.signature.hash_chain_result
        files[reading.SIG_CHAIN] = content.signature.hash_chain
    if content.timestamp is not None:
        files[reading.TS_RESULT] = content.timestamp.chain_result
        files[reading.TS_CHAIN] = content.timestamp.chain
        files[reading.TIMESTAMP] = content.timestamp.token
    if content.body is not None:
        files["attachment1"] = content.body
    files["META-INF/manifest.xml"] = _manifest(files)
    if content.timestamp is not None:
        files["META-INF/ASiCManifest.xml"] = _stamp_manifest(content.timestamp)
    return _pack(files, at)


def container_name(*, query_id: str, kind: Literal["request", "response"], record_id: int) -> str:
    """The file name of a container, as X-Road forms it: escaped and at most 226 characters of the id."""
    escaped = re.sub(r"[^A-Za-z0-9.\-]", lambda match: quote(match.group(), safe="").replace("%", "_"), query_id)
    return f"{escaped[:_MAXIMUM_NAME]}-{kind}-{_base32(record_id)}.asice"


def _pack(files: dict[str, bytes], at: datetime) -> bytes:
    buffer = io.BytesIO()
    moment = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = f"mimetype={reading.MIMETYPE}".encode()
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on whatever machine this runs
            entry.external_attr = 0o644 << 16  # else unpacked files could be read by nobody
            archive.writestr(entry, content)
    return buffer.getvalue()


def _manifest(files: dict[str, bytes]) -> bytes:
    listed = [name for name in files if name != "mimetype" and not name.startswith("META-INF/")]
    kinds = {name: "text/xml" if name.endswith(".xml") else "application/octet-stream" for name in listed}
    entries = "".join(
        f'<manifest:file-entry manifest:media-type="{kind}" manifest:full-path={quoteattr(name)}/>'
        for name, kind in (("/", reading.MIMETYPE), *kinds.items())
    )
    opening = f'<manifest:manifest xmlns:manifest="{_MANIFEST}" manifest:version="1.2">'
    return f'<?xml version="1.0" encoding="UTF-8"?>{opening}{entries}</manifest:manifest>'.encode()


def _stamp_manifest(timestamp: BatchTimestamp) -> bytes:
    digest = base64.b64encode(hashlib.sha512(timestamp.chain_result).digest()).decode("ascii")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><asic:ASiCManifest xmlns:asic="{_ASIC}" xmlns:ds="{DS}">'
        f'<asic:SigReference URI="{reading.TIMESTAMP}" MimeType="vnd.etsi.timestamp-token"/>'
        f'<asic:DataObjectReference URI="{reading.TS_RESULT}" MimeType="text/xml">'
        f'<ds:DigestMethod Algorithm="{SHA512}"/><ds:DigestValue>{digest}</ds:DigestValue>'
        "</asic:DataObjectReference></asic:ASiCManifest>"
    ).encode()


def _base32(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 32)
        digits = _BASE32[digit] + digits
        if not number:
            return digits
