"""Writes to a draft: begin, answer, read again, add and remove papers. A sent application is not changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from saola_blueprint import Country
from saola_blueprint.rules import validate
from saola_blueprint.schema import Procedure
from saola_exchange.client import Exchange

from saola_platform.documents import api as documents
from saola_platform.portal.applying import prefill
from saola_platform.portal.applying.drafts import Application, application_of, own_draft
from saola_platform.portal.applying.reads import Reader, as_json
from saola_platform.portal.errors import AlreadySent, NotOnline, NotYours
from saola_platform.portal.models import Attachment, Draft, Submission


@dataclass(frozen=True, slots=True)
class Desk:
    """Who acts on drafts, where and when: the parts that every action needs."""

    owner: str
    owner_name: str
    language: str
    country: Country
    exchange: Exchange
    at: datetime

    def reader(self, draft_id: uuid.UUID) -> Reader:
        """Reads on behalf of this person for this application."""
        return Reader(exchange=self.exchange, country=self.country, subject=self.owner, dossier=str(draft_id))

    def open(self, draft_id: uuid.UUID, *, lock: bool = False) -> Application:
        """The person's unsent draft; raises NotYours, AlreadySent."""
        found = own_draft(draft_id=draft_id, owner=self.owner, country=self.country, at=self.at, lock=lock)
        if found.row.sent:
            raise AlreadySent(leads_to=reverse("portal:dossier", args=[draft_id]))
        return found


def begin(*, desk: Desk, procedure: Procedure) -> Application:
    """A new draft, filled with what the registers know about the person. Raises NotOnline."""
    if not procedure.online:
        raise NotOnline(f"procedure {procedure.code} is not offered online")
    authorities = desk.country.organisations_at(procedure.competent.level)
    row = Draft.objects.create(
        owner=desk.owner,
        owner_name=desk.owner_name,
        procedure=procedure.code,
        language=desk.language,
        destination=authorities[0].code if len(authorities) == 1 else "",
        email=last_email(owner=desk.owner),
        created_at=desk.at,
        changed_at=desk.at,
    )
    return read_registers(desk=desk, draft_id=row.id)


def read_registers(*, desk: Desk, draft_id: uuid.UUID, again: bool = False) -> Application:
    """Make the reads that are possible now; ``again`` repeats those that brought nothing.

    Reads happen outside the lock, so that a slow register does not hold the row.
    """
    application = desk.open(draft_id)
    before = prefill.forget_failed(application.known) if again else application.known
    after = prefill.prefill(procedure=application.procedure, known=before, reader=desk.reader(draft_id), at=desk.at)
    with transaction.atomic():
        row = desk.open(draft_id, lock=True).row
        row.answers = _merged(row.answers, before=before.answers, after=after.answers)
        row.reads = {name: as_json(read) for name, read in after.reads.items()}
        _touch(row, desk=desk)
    return application_of(row=row, country=desk.country, at=desk.at)


def _merged(current: Mapping[str, Any], *, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What the reads changed, except where somebody answered in another tab meanwhile."""
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    ours = {path for path in changed if current.get(path) == before.get(path)}
    kept = {path: value for path, value in current.items() if path not in ours}
    return {**kept, **{path: after[path] for path in ours if path in after}}


def save_answers(
    *, desk: Desk, draft_id: uuid.UUID, section_id: str, given: Mapping[str, Any], done: bool
) -> Application:
    """Keep answers that passed (path → value, None to clear) and read what they open up."""
    with transaction.atomic():
        row = desk.open(draft_id, lock=True).row
        row.answers = {**row.answers, **given}
        row.typed = {name: kept for name, kept in row.typed.items() if name != section_id}
        others = [one for one in row.sections_done if one != section_id]
        row.sections_done = [*others, section_id] if done else others
        _touch(row, desk=desk)
    return read_registers(desk=desk, draft_id=draft_id)


def keep_typed(*, desk: Desk, draft_id: uuid.UUID, section_id: str, typed: Iterable[tuple[str, str]]) -> None:
    """Keep what was typed and does not pass yet, as it was typed, so that closing the page loses nothing."""
    with transaction.atomic():
        row = desk.open(draft_id, lock=True).row
        row.typed = {**row.typed, section_id: [list(pair) for pair in typed]}
        row.sections_done = [one for one in row.sections_done if one != section_id]
        _touch(row, desk=desk)


def problems_of(*, application: Application, section_id: str, given: Mapping[str, Any]) -> list[Any]:
    """The blueprint's findings about a section with these answers in place."""
    answers = {**application.answers, **given}
    return validate(
        country=application.country,
        procedure=application.procedure,
        answers={path: value for path, value in answers.items() if value not in (None, "")},
        on=application.today,
        only_section=section_id,
    )


def choose_authority(*, desk: Desk, draft_id: uuid.UUID, code: str) -> bool:
    """Name the competent organisation; False when it is not one of those that may be."""
    with transaction.atomic():
        application = desk.open(draft_id, lock=True)
        if code not in {one.code for one in application.authorities()}:
            return False
        application.row.destination = code
        _touch(application.row, desk=desk)
    return True


def add_paper(
    *, desk: Desk, draft_id: uuid.UUID, document_id: str, name: str, pieces: Iterable[bytes], limit: int
) -> Attachment:
    """Keep an uploaded paper; raises a kind of documents.UploadRefused, NotYours for a paper that is not asked."""
    application = desk.open(draft_id)
    paper = next((one for one in application.papers() if one.id == document_id), None)
    if paper is None:
        raise NotYours(f"the paper {document_id} is not asked for")
    stored = documents.keep_upload(
        owner=desk.owner,
        name=name,
        pieces=pieces,
        accept=paper.accept,
        limit=min(paper.max_size, limit),
        at=desk.at,
    )
    with transaction.atomic():
        row = desk.open(draft_id, lock=True).row
        attachment = row.attachments.create(document=document_id, added_at=desk.at, **file_fields(stored))
        _touch(row, desk=desk)
    return attachment


def file_fields(stored: documents.FileInfo) -> dict[str, Any]:
    """The columns of an attachment that come from the stored file."""
    return {
        "file": stored.id,
        "name": stored.name,
        "media_type": stored.media_type,
        "size": stored.size,
        "sha256": stored.sha256,
    }


def remove_paper(*, desk: Desk, draft_id: uuid.UUID, attachment_id: int) -> None:
    """Take a paper out again; nothing happens when it is not there."""
    with transaction.atomic():
        row = desk.open(draft_id, lock=True).row
        found = row.attachments.filter(pk=attachment_id).first()
        if found is None:
            return
        found.delete()
        row.documents_done = False
        _touch(row, desk=desk)
        documents.forget(file_id=found.file, owner=desk.owner)


def finish_papers(*, desk: Desk, draft_id: uuid.UUID) -> bool:
    """Mark the papers as complete; False while a required one is missing."""
    with transaction.atomic():
        application = desk.open(draft_id, lock=True)
        if application.papers_missing():
            return False
        application.row.documents_done = True
        _touch(application.row, desk=desk)
    return True


def keep_email(*, desk: Desk, draft_id: uuid.UUID, email: str) -> None:
    """Where the person wants notices as well; empty for nowhere. Raises django's ValidationError."""
    if email:
        validate_email(email)
    with transaction.atomic():
        row = desk.open(draft_id, lock=True).row
        row.email = email
        _touch(row, desk=desk)


def last_email(*, owner: str) -> str:
    """Where the person wanted notices the last time."""
    return Submission.objects.filter(owner=owner).values_list("email", flat=True).first() or ""


def discard(*, desk: Desk, draft_id: uuid.UUID) -> None:
    """Delete an unsent draft with its papers."""
    with transaction.atomic():
        application = desk.open(draft_id, lock=True)
        for attachment in application.attachments:
            documents.forget(file_id=attachment.file, owner=desk.owner)
        application.row.delete()


def _touch(row: Draft, *, desk: Desk) -> None:
    row.changed_at = desk.at
    row.save()
