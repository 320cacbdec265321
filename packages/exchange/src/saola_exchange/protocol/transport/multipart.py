"""An incremental reader of multipart bodies: bytes in, pieces of parts out, nothing held back but a delimiter.

Stricter than RFC 2046: no preamble, no epilogue but white space, CRLF throughout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from saola_exchange.errors import ProtocolError
from saola_exchange.protocol.headers import Headers

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")


class TransportError(ProtocolError):
    """The bytes of a message are not the multipart form of the protocol, or too many."""

    code = "mime_parsing_failed"
    fault = "peer"
    remedy = "Tell the operator of the other gateway; nothing of the message was used."


@dataclass(frozen=True, slots=True)
class PartBegins:
    """The header fields of the next part."""

    headers: Headers


@dataclass(frozen=True, slots=True)
class PartBytes:
    """A piece of the current part's content, never empty."""

    data: bytes


@dataclass(frozen=True, slots=True)
class PartEnds:
    """The current part is complete."""


Piece = PartBegins | PartBytes | PartEnds


def boundary_of(content_type: str) -> str:
    """The boundary that a multipart content type names. Raises TransportError."""
    kind, _, parameters = content_type.partition(";")
    if not kind.strip().lower().startswith("multipart/"):
        raise TransportError("the message is not multipart", code="invalid_content_type")
    match = re.search(r'(?:^|;)\s*boundary\s*=\s*(?:"([^"]*)"|([^;"\s]+))', parameters, re.IGNORECASE)
    boundary = (match.group(1) or match.group(2) or "") if match else ""
    if not _BOUNDARY.fullmatch(boundary):
        raise TransportError("the content type has no valid boundary", code="invalid_content_type")
    return boundary


class Reader:
    """Splits a multipart body; `maximum_header` bounds a part's header block in bytes."""

    def __init__(self, *, boundary: str, maximum_header: int) -> None:
        self._delimiter = b"\r\n--" + boundary.encode("ascii")
        self._buffer = bytearray(b"\r\n")  # so that the first delimiter is found like all others
        self._maximum_header = maximum_header
        self._state = "preamble"

    @property
    def ended(self) -> bool:
        """Whether the closing delimiter was seen."""
        return self._state == "end"

    def feed(self, data: bytes) -> list[Piece]:
        """Take the next bytes, give what became complete. Raises TransportError."""
        self._buffer += data
        pieces: list[Piece] = []
        while self._advance(pieces):
            pass
        return pieces

    def _advance(self, pieces: list[Piece]) -> bool:
        if self._state == "content":
            return self._content(pieces)
        if self._state == "delimiter":
            return self._after_delimiter()
        if self._state == "header":
            return self._header(pieces)
        if self._state == "preamble":
            return self._preamble()
        if self._buffer.strip(b"\r\n"):
            raise TransportError("there are bytes after the end of the message")
        self._buffer.clear()
        return False

    def _preamble(self) -> bool:
        if len(self._buffer) < len(self._delimiter):
            if not self._delimiter.startswith(self._buffer):
                raise TransportError("the message does not begin with its boundary")
            return False
        if not self._buffer.startswith(self._delimiter):
            raise TransportError("the message does not begin with its boundary")
        del self._buffer[: len(self._delimiter)]
        self._state = "delimiter"
        return True

    def _after_delimiter(self) -> bool:
        if len(self._buffer) < 2:
            return False
        mark = bytes(self._buffer[:2])
        if mark == b"--":
            del self._buffer[:2]
            self._state = "end"
        elif mark == b"\r\n":
            self._state = "header"  # the CRLF stays: an empty header block ends with the next one
        else:
            raise TransportError("a boundary is not followed by CRLF")
        return True

    def _header(self, pieces: list[Piece]) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if (end if end >= 0 else len(self._buffer)) > self._maximum_header:
            raise TransportError("the header of a part is too long")
        if end < 0:
            return False
        pieces.append(PartBegins(_header_fields(bytes(self._buffer[2:end]))))
        del self._buffer[: end + 2]  # the last CRLF stays: the delimiter may follow at once
        self._state = "content"
        self._skip = 2
        return True

    def _content(self, pieces: list[Piece]) -> bool:
        found = self._buffer.find(self._delimiter)
        end = found if found >= 0 else len(self._buffer) - len(self._delimiter) + 1
        if end > self._skip:
            pieces.append(PartBytes(bytes(self._buffer[self._skip : end])))
        if found >= 0:
            pieces.append(PartEnds())
            del self._buffer[: found + len(self._delimiter)]
            self._state = "delimiter"
            return True
        if end > 0:
            del self._buffer[:end]
            self._skip = max(0, self._skip - end)
        return False


def _header_fields(block: bytes) -> Headers:
    try:
        lines = block.decode("ascii").split("\r\n") if block else []
    except UnicodeError as exc:
        raise TransportError("the header of a part is not ASCII") from exc
    pairs = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise TransportError("a header line of a part is malformed")
        pairs.append((name.lower(), value.strip()))
    return tuple(pairs)
