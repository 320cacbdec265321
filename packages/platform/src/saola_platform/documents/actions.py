"""Writes: keep what people send and what the site makes; forget what a draft no longer needs."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from saola_platform.documents.content import ACCEPTED_KINDS, check_content
from saola_platform.documents.models import StoredFile
from saola_platform.documents.names import safe_name
from saola_platform.documents.place import file_store
from saola_platform.documents.place import scanner as site_scanner
from saola_platform.documents.queries import FileInfo, info_of
from saola_platform.documents.scanner import Scanner


def keep_upload(
    *,
    owner: str,
    name: str,
    pieces: Iterable[bytes],
    accept: Collection[str],
    limit: int,
    at: datetime,
    scanner: Scanner | None = None,
) -> FileInfo:
    """Keep a file that a person sent: ``pieces`` are its bytes, ``accept`` media types, ``limit`` bytes.

    Raises a kind of UploadRefused; then nothing of it remains.
    """
    store = file_store()
    with store.receive(pieces=pieces, limit=limit) as incoming:
        media_type = check_content(incoming.path, accept=accept)
        scan = (scanner or site_scanner()).scan(path=incoming.path)
        store.keep(incoming)
    row = StoredFile.objects.create(
        owner=owner,
        name=safe_name(name, ending=ACCEPTED_KINDS[media_type]),
        media_type=media_type,
        size=incoming.size,
        sha256=incoming.sha256,
        scan=scan.verdict,
        scanner=scan.scanner,
        stored_at=at,
    )
    return info_of(row)


def keep_own(*, owner: str, name: str, media_type: str, content: bytes, at: datetime) -> FileInfo:
    """Keep bytes that this site made or that a peer delivered over the exchange, signed as they are."""
    store = file_store()
    with store.receive(pieces=[content], limit=len(content) or 1) as incoming:
        store.keep(incoming)
    row = StoredFile.objects.create(
        owner=owner,
        name=name,
        media_type=media_type,
        size=incoming.size,
        sha256=incoming.sha256,
        scan=StoredFile.Scan.NOT_SCANNED,
        scanner="own",
        stored_at=at,
    )
    return info_of(row)


def forget(*, file_id: uuid.UUID, owner: str) -> None:
    """Remove the owner's row; the bytes stay until the store is swept, because others may hold the same."""
    StoredFile.objects.filter(id=file_id, owner=owner).delete()
