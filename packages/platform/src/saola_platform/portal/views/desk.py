"""What views of a signed-in person share: the person's desk, and files sent to the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from saola_platform.kernel import clock
from saola_platform.kernel.configuration import site
from saola_platform.kernel.country import country
from saola_platform.kernel.exchange import exchange
from saola_platform.kernel.signin import person_of
from saola_platform.portal.applying.actions import Desk


def desk_of(request: HttpRequest) -> Desk:
    """The desk of the signed-in person, at this moment."""
    person = person_of(request)
    return Desk(
        owner=person.personal_number,
        owner_name=person.name,
        language=language(),
        country=country(),
        exchange=exchange(),
        at=clock.now(),
    )


def language() -> str:
    """The language of this request."""
    return get_language() or country().default_language


def absolute(path: str) -> str:
    """An address of this site as other processes and QR codes need it."""
    return site().public_url.rstrip("/") + path


def as_file(*, content: bytes, media_type: str, name: str, inline: bool = False) -> HttpResponse:
    """Bytes for the browser; kept as a file unless ``inline``."""
    response = HttpResponse(content, content_type=media_type)
    plain = "".join(letter if (letter.isascii() and letter.isalnum()) or letter in "-_." else "_" for letter in name)
    how = "inline" if inline else "attachment"
    # RFC 6266 §4.3: the plain name for old programs, the encoded one for the rest.
    response["Content-Disposition"] = f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def upload_limit() -> int:
    """Bytes that one file may have on this site."""
    return site().upload_limits.file_bytes


def pieces_of(upload: UploadedFile[Any]) -> Iterator[bytes]:
    """The bytes of an upload, piece by piece."""
    for piece in upload.chunks():
        yield piece if isinstance(piece, bytes) else bytes(piece)
