"""Why a file was not taken: a stable code for programs, a sentence in the person's language for people."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saola_platform.errors import Fault, PlatformError

_KIND_NAMES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}


def kind_names(media_types: Collection[str]) -> str:
    """ "PDF, JPEG, PNG": how people know these kinds; the same in every language."""
    return ", ".join(_KIND_NAMES.get(media_type, media_type) for media_type in media_types)


class UploadRefused(PlatformError):
    """The base of all refusals of a file; `words` is what the person is told, already a remedy."""

    code = "documents.refused"
    title = "The file was not taken"
    status = 422
    fault: ClassVar[Fault] = "caller"
    remedy = "Choose another file, or scan or photograph the paper again."
    words: ClassVar[Promise | str] = _("This file cannot be taken. Choose another file.")

    def __init__(self, *, reason: str = "") -> None:
        super().__init__(f"{self.title} ({reason})" if reason else self.title)
        self.reason = reason

    @property
    def message(self) -> str:
        """The sentence for the person, in the active language."""
        return str(self.words)


class EmptyFile(UploadRefused):
    code = "documents.empty"
    title = "The file is empty"
    words = _("The selected file is empty. Choose the file again.")


class FileTooLarge(UploadRefused):
    """More bytes than this document may have; `limit` in bytes."""

    code = "documents.too_large"
    title = "The file is too large"
    status = 413

    def __init__(self, *, limit: int) -> None:
        super().__init__(reason=f"over {limit} bytes")
        self.limit = limit

    @property
    def message(self) -> str:
        return _("The selected file is larger than %(limit)s. Choose a smaller file or lower the scan resolution.") % {
            "limit": megabytes(self.limit)
        }


class KindNotAccepted(UploadRefused):
    """Another kind of file than this document may be; `found` is a media type or "unknown"."""

    code = "documents.kind_not_accepted"
    title = "This kind of file is not accepted"
    status = 415

    def __init__(self, *, found: str, accept: tuple[str, ...]) -> None:
        super().__init__(reason=found)
        self.found = found
        self.accept = accept

    @property
    def message(self) -> str:
        return _("The selected file must be %(kinds)s. What counts is what is in the file, not its name.") % {
            "kinds": kind_names(self.accept)
        }


class BrokenFile(UploadRefused):
    code = "documents.broken"
    title = "The file is damaged"
    words = _("The selected file is damaged or incomplete. Open it to check it, save it again and choose it again.")


class LockedFile(UploadRefused):
    code = "documents.locked"
    title = "The file is protected by a password"
    words = _("The selected file is protected by a password. Save it without the password and choose it again.")


class DangerousFile(UploadRefused):
    code = "documents.dangerous"
    title = "The file could do harm"
    words = _(
        "The selected file holds more than a document, for example a program or another file. "
        "Scan or photograph the paper again and choose the new file."
    )


class InfectedFile(UploadRefused):
    code = "documents.infected"
    title = "The virus scanner refused the file"
    words = _("The virus scanner found something harmful in the selected file. It was not kept.")


class ScannerUnavailable(UploadRefused):
    """No answer from the scanner: an unscanned file is not taken where a scanner is configured."""

    code = "documents.scanner_unavailable"
    title = "The virus scanner does not answer"
    status = 503
    fault = "operator"
    remedy = "Look whether the virus scanner runs."
    retry = True
    words = _("Files cannot be checked at the moment. Try again in a few minutes; what you entered is kept.")


class StoredFileMissing(PlatformError):
    """No such file for this person."""

    code = "documents.file_missing"
    title = "There is no such file"
    status = 404
    fault = "caller"
    remedy = "Open the file from the page where it is listed."


class StoredFileDamaged(PlatformError):
    """The bytes on disk are not those that were stored."""

    code = "documents.file_damaged"
    title = "A stored file is damaged"
    fault = "operator"
    remedy = "Restore the file store from the backup."


def megabytes(size: int) -> str:
    """ "20 MB", "512 kB": sizes for people, rounded down, so that a file of the size named is always taken."""
    for unit, name in ((1_000_000, "MB"), (1000, "kB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} B"
