"""Which kind a file is, by its content, and the one entry to all checks of content."""

from collections.abc import Callable, Collection
from pathlib import Path
from types import MappingProxyType
from typing import Final

import puremagic

from saola_platform.documents.content.images import check_jpeg, check_png
from saola_platform.documents.content.pdf import check_pdf
from saola_platform.documents.content.polyglot import refuse_second_nature
from saola_platform.documents.errors import EmptyFile, KindNotAccepted

ACCEPTED_KINDS: Final = MappingProxyType({"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"})
"""Kinds that can be checked, each with the ending its stored name gets. A kind without a check is not accepted."""

_CHECKS: Final[MappingProxyType[str, Callable[[Path], None]]] = MappingProxyType(
    {"application/pdf": check_pdf, "image/jpeg": check_jpeg, "image/png": check_png}
)

# A file is its first bytes: a PDF that begins later can begin as something else.
_OPENINGS: Final = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


def check_content(path: Path, *, accept: Collection[str]) -> str:
    """Return the media type of the file, having found it sound and among ``accept`` (media types).

    Raises EmptyFile, KindNotAccepted, BrokenFile or DangerousFile.
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip(b"\x00\t\r\n "):
        raise EmptyFile
    media_type = recognise(head)
    if media_type is None or media_type not in accept or media_type not in ACCEPTED_KINDS:
        raise KindNotAccepted(found=media_type or _guess(head), accept=tuple(accept))
    refuse_second_nature(path)
    _CHECKS[media_type](path)
    return media_type


def recognise(head: bytes) -> str | None:
    """The media type that the opening bytes declare, when it is one that can be checked."""
    return next((media_type for opening, media_type in _OPENINGS if head.startswith(opening)), None)


def _guess(head: bytes) -> str:
    """A name for what was sent instead, to be told to the person; never used to accept anything."""
    try:
        return puremagic.from_string(head, mime=True) or "unknown"
    except (puremagic.PureError, ValueError):
        return "unknown"
