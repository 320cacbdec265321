"""Pictures: measured before they are decoded, and read to their end to know that they are whole."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from PIL import Image, UnidentifiedImageError

from saola_platform.documents.content.polyglot import refuse_foreign_tail
from saola_platform.documents.errors import BrokenFile, DangerousFile

PIXEL_LIMIT: Final = 120_000_000
"""An A3 sheet at 600 dpi has 70 million; telephones go up to 108."""
_PIECE: Final = 1 << 16
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # PNG §11.2.2: colour type → samples per pixel


def check_jpeg(path: Path) -> None:
    """Raise BrokenFile or DangerousFile unless the picture is whole and of a bearable size."""
    _measure(path, kind="JPEG")
    try:
        with Image.open(path, formats=["JPEG"]) as image:
            # Decoded at an eighth of its width: enough to meet every scan line, with a 64th of the memory.
            image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
            image.load()
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise BrokenFile(reason="jpeg-data") from error
    refuse_foreign_tail(path, start=_jpeg_end(path))


def check_png(path: Path) -> None:
    """Raise BrokenFile or DangerousFile unless every chunk is right and the data fill the picture exactly."""
    _measure(path, kind="PNG")
    with path.open("rb") as stream:
        stream.seek(8)
        _walk_png(stream)
        if stream.read(1):
            raise DangerousFile(reason="data-after-picture")


def _measure(path: Path, *, kind: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit follows
            with Image.open(path, formats=[kind]) as image:
                width, height = image.size
    except Image.DecompressionBombError as error:
        raise DangerousFile(reason="picture-too-large") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as error:
        raise BrokenFile(reason=f"{kind.lower()}-header") from error
    if width * height > PIXEL_LIMIT:
        raise DangerousFile(reason="picture-too-large")


def _jpeg_end(path: Path) -> int:
    """Where the first end-of-image marker after the first scan's start stands; 0 when there is none, so that the
    whole file is searched. Inside a scan the marker cannot occur (ITU T.81 §B.1.1.5)."""
    with path.open("rb") as stream:
        return _first_end(stream)


def _first_end(stream: BinaryIO) -> int:
    """The first end-of-image marker after the first scan began, in pieces; thumbnails stand before the scan."""
    position, carry, in_scan = 0, b"", False
    while piece := stream.read(_PIECE):
        block = carry + piece
        begin = 0 if in_scan else block.find(b"\xff\xda")
        in_scan = in_scan or begin >= 0
        found = block.find(b"\xff\xd9", begin) if in_scan else -1
        if found >= 0:
            return position - len(carry) + found
        position += len(piece)
        carry = block[-1:]
    return 0


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Each chunk's name and length; the stream stands at its data. The checksum is the caller's."""
    while True:
        head = stream.read(8)
        if len(head) < 8:
            raise BrokenFile(reason="png-cut-off")
        length, name = struct.unpack(">I4s", head)
        yield name, length
        if name == b"IEND":
            return


def _walk_png(stream: BinaryIO) -> None:
    """PNG §5, §11.2: header first, checksums right, image data inflating to what the header promises."""
    expected, produced, inflater = 0, 0, zlib.decompressobj()
    for name, length in _chunks(stream):
        checksum = zlib.crc32(name)
        for piece in _pieces(stream, length):
            checksum = zlib.crc32(piece, checksum)
            if name == b"IHDR":
                expected = _promised_size(piece)
            elif name == b"IDAT":
                produced += _inflate(inflater, piece, allowed=expected - produced)
        if stream.read(4) != struct.pack(">I", checksum):
            raise BrokenFile(reason="png-checksum")
    if produced != expected:
        raise BrokenFile(reason="png-data")


def _pieces(stream: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0:
        piece = stream.read(min(length, _PIECE))
        if not piece:
            raise BrokenFile(reason="png-cut-off")
        length -= len(piece)
        yield piece


def _promised_size(header: bytes) -> int:
    """Bytes of filtered image data, PNG §7.2 and, interlaced, §8.2."""
    if len(header) != 13:
        raise BrokenFile(reason="png-header")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if colour not in _CHANNELS:
        raise BrokenFile(reason="png-header")
    bits = depth * _CHANNELS[colour]
    passes = _adam7(width, height) if interlaced else [(width, height)]
    return sum(((w * bits + 7) // 8 + 1) * h for w, h in passes if w and h)


def _adam7(width: int, height: int) -> list[tuple[int, int]]:
    starts = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    return [((width - x + dx - 1) // dx, (height - y + dy - 1) // dy) for x, y, dx, dy in starts]


def _inflate(inflater: "zlib._Decompress", piece: bytes, *, allowed: int) -> int:
    produced = 0
    while piece:
        try:
            produced += len(inflater.decompress(piece, _PIECE * 16))
        except zlib.error as error:
            raise BrokenFile(reason="png-data") from error
        if produced > allowed:
            raise DangerousFile(reason="decompression-bomb")
        piece = inflater.unconsumed_tail
    return produced
