"""Files that are two things at once: sound for the reader who checks them, something else for the next program."""

import mmap
import zipfile
from pathlib import Path
from typing import Final

from saola_platform.documents.errors import DangerousFile

_HEAD_MARKS: Final = (b"<html", b"<script", b"<!doctype", b"<svg", b"<?php", b"#!/")
_HEAD_LENGTH: Final = 1024  # what browsers look at when they guess a type


def refuse_second_nature(path: Path) -> None:
    """Raise DangerousFile when the file is also an archive, or opens like a web page or a script."""
    if zipfile.is_zipfile(path):
        raise DangerousFile(reason="archive-inside")
    with path.open("rb") as stream:
        head = stream.read(_HEAD_LENGTH).lower()
    if any(mark in head for mark in _HEAD_MARKS):
        raise DangerousFile(reason="script-inside")


def refuse_foreign_tail(path: Path, *, start: int) -> None:
    """Raise DangerousFile when what stands after the end of the picture is the start of another file.

    Cameras append their own data there, so a tail alone is no offence.
    """
    marks = (b"PK\x03\x04", b"%PDF-", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x7fELF", b"<script", b"<?php")
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if any(content.find(mark, start) >= 0 for mark in marks):
            raise DangerousFile(reason="second-file-inside")
