"""PDF: opened far enough to know that it is whole, not locked, not active and not a decompression bomb.

Nothing is parsed with a full reader here: a reader inflates what it meets. The file is searched in place (mmap)
and its streams are inflated into nothing, piece by piece, under a limit.
"""

import mmap
import re
import zlib
from pathlib import Path
from typing import Final

from saola_platform.documents.errors import BrokenFile, DangerousFile, LockedFile

INFLATED_LIMIT: Final = 1 << 30
"""Bytes all streams of one file may inflate to: a hundred scanned pages in colour stay below."""
STREAM_RATIO_LIMIT: Final = 400
"""How much one stream may grow: deflate reaches 1,032; blank scanned pages stay below this once they matter."""
_RATIO_MATTERS_FROM: Final = 1 << 26
_PIECE: Final = 1 << 16

_HEADER = re.compile(rb"%PDF-(1\.[0-7]|2\.0)")
_STARTXREF = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*\Z")
_OBJECT = re.compile(rb"\s*(xref\b|\d{1,10}\s+\d{1,5}\s+obj\b)")
_STREAM = re.compile(rb"stream\r?\n")
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|RichMedia|XFA)\b")
_LOCKED = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R")


def check_pdf(path: Path) -> None:
    """Raise BrokenFile, LockedFile or DangerousFile unless the file is a sound, quiet PDF."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        _check_frame(content)
        if _LOCKED.search(content):
            raise LockedFile
        if _ACTIVE.search(content):
            raise DangerousFile(reason="active-content")
        _check_streams(content)


def _check_frame(content: mmap.mmap) -> None:
    """ISO 32000-1 §7.5: header, a cross-reference that the end points to, a catalogue and pages."""
    if not _HEADER.match(content):
        raise BrokenFile(reason="pdf-header")
    end = _STARTXREF.search(content, max(0, len(content) - 2048))
    if end is None:
        raise BrokenFile(reason="pdf-cut-off")
    offset = int(end.group(1))
    if offset >= len(content) or not _OBJECT.match(content, offset):
        raise BrokenFile(reason="pdf-cross-reference")
    if content.find(b"/Root") < 0:
        raise BrokenFile(reason="pdf-catalogue")


def _check_streams(content: mmap.mmap) -> None:
    total = 0
    for match in _STREAM.finditer(content):
        total += _inflated_size(content, start=match.end(), allowed=INFLATED_LIMIT - total)


def _inflated_size(content: mmap.mmap, *, start: int, allowed: int) -> int:
    """How many bytes the stream inflates to; 0 when it is not deflated. Stops as soon as it is too much."""
    inflater, produced, position = zlib.decompressobj(), 0, start
    pending = b""
    while not inflater.eof:
        if not pending:
            pending = content[position : position + _PIECE]
            position += len(pending)
            if not pending:
                break
        try:
            produced += len(inflater.decompress(pending, _PIECE * 16))
        except zlib.error:
            return 0
        pending = inflater.unconsumed_tail
        grown_from = position - start - len(pending)
        if produced > allowed or (produced > _RATIO_MATTERS_FROM and produced > STREAM_RATIO_LIMIT * grown_from):
            raise DangerousFile(reason="decompression-bomb")
    return produced
