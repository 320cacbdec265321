"""Reads: facts about a file and its bytes, always for one owner."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from saola_platform.documents.errors import StoredFileMissing
from saola_platform.documents.models import StoredFile
from saola_platform.documents.place import file_store


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A stored file as others see it; `sha256` in hexadecimal, `size` in bytes."""

    id: uuid.UUID
    name: str
    media_type: str
    size: int
    sha256: str
    scan: str
    stored_at: datetime


def info_of(row: StoredFile) -> FileInfo:
    """The facts of one row."""
    return FileInfo(
        id=row.id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        scan=row.scan,
        stored_at=row.stored_at,
    )


def file_info(*, file_id: uuid.UUID, owner: str) -> FileInfo:
    """Raises StoredFileMissing when there is none of that id for that owner."""
    return info_of(_row(file_id=file_id, owner=owner))


def files_info(*, file_ids: Collection[uuid.UUID], owner: str) -> dict[uuid.UUID, FileInfo]:
    """Facts of several files in one query; ids that are not the owner's are left out."""
    rows = StoredFile.objects.filter(id__in=file_ids, owner=owner)
    return {row.id: info_of(row) for row in rows}


def read_file(*, file_id: uuid.UUID, owner: str) -> bytes:
    """The bytes, checked against their digest; raises StoredFileMissing, StoredFileDamaged."""
    return file_store().read(sha256=_row(file_id=file_id, owner=owner).sha256)


def _row(*, file_id: uuid.UUID, owner: str) -> StoredFile:
    try:
        return StoredFile.objects.get(id=file_id, owner=owner)
    except StoredFile.DoesNotExist as error:
        raise StoredFileMissing from error
