"""What is signed: application.json or completion.json, and the papers, byte for byte as they were uploaded."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from saola_platform.documents import api as documents
from saola_platform.kernel.signing import ToSign
from saola_platform.portal.applying.drafts import Application
from saola_platform.portal.applying.origin import origins
from saola_platform.portal.models import Attachment

APPLICATION_FORMAT: Final = "saola-application/1"
COMPLETION_FORMAT: Final = "saola-completion/1"


def application_record(*, application: Application, at: datetime) -> dict[str, Any]:
    """application.json: answers, what the registers had said about them, papers with their digests."""
    row = application.row
    used = {one.id for one in application.papers()}
    return {
        "format": APPLICATION_FORMAT,
        "submission_id": str(row.id),
        "procedure": row.procedure,
        "language": row.language,
        "applicant": {"personal_number": row.owner, "full_name": row.owner_name},
        "destination": row.destination,
        "answers": application.relevant_answers(),
        "prefilled": _prefilled(application),
        "attachments": [one.record for one in application.attachments if one.document in used],
        "submitted_at": at.isoformat(),
    }


def completion_record(
    *,
    completion_id: uuid.UUID,
    dossier_code: str,
    submission_id: uuid.UUID,
    message: str,
    attachments: Iterable[Attachment],
    at: datetime,
) -> dict[str, Any]:
    """completion.json: the person's words and further papers; answers of the form are not changed by it."""
    return {
        "format": COMPLETION_FORMAT,
        "completion_id": str(completion_id),
        "dossier_code": dossier_code,
        "submission_id": str(submission_id),
        "answers": {},
        "message": message,
        "attachments": [one.record for one in attachments],
        "submitted_at": at.isoformat(),
    }


def documents_to_sign(
    *, name: str, record: dict[str, Any], attachments: Sequence[Attachment], owner: str
) -> list[ToSign]:
    """The record and the papers it names. Raises StoredFileMissing, StoredFileDamaged."""
    named = {one["path"] for one in record["attachments"]}
    papers = [
        ToSign(
            name=one.record["path"],
            media_type=one.media_type,
            content=documents.read_file(file_id=one.file, owner=owner),
        )
        for one in attachments
        if one.record["path"] in named
    ]
    content = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode()
    return [ToSign(name=name, media_type="application/json", content=content), *papers]


def _prefilled(application: Application) -> list[dict[str, Any]]:
    """Every field a register answered for, with the value it gave and whether the person changed it."""
    found = origins(
        country=application.country,
        procedure=application.procedure,
        known=application.known,
        language=application.country.default_language,
    )
    asked = application.relevant_answers()
    return [
        {
            "field": path,
            "register": origin.register,
            "organisation": origin.organisation,
            "message_id": origin.message_id,
            "read_at": origin.read_at.isoformat(),
            "value": origin.register_value,
            "changed": origin.state == "changed",
        }
        for path, origin in found.items()
        if origin.state in {"prefilled", "changed"} and path in asked
    ]
