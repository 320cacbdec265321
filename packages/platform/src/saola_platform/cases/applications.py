"""What an application and a completion say, parsed once when they arrive; format `saola-application/1`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from saola_platform.cases.errors import ApplicationRefused

APPLICATION = "saola-application/1"
COMPLETION = "saola-completion/1"
MOST_ANSWERS = 2000
MOST_ATTACHMENTS = 200
LONGEST_TEXT = 20_000
_HEX = re.compile(r"^[0-9a-f]{64}$")
_PATH = re.compile(r"^attachments/[^/\\\x00-\x1f]{1,200}$")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in the container; `size` in bytes, `sha256` in hexadecimal, `id` is the required document's."""

    id: str
    name: str
    path: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Application:
    """An application as the applicant signed it. `answers` by `section.field`; `prefilled` as it came."""

    submission_id: UUID
    procedure: str
    language: str
    applicant_number: str
    applicant_name: str
    destination: str
    answers: Mapping[str, Any]
    prefilled: tuple[Mapping[str, Any], ...]
    attachments: tuple[Attachment, ...]
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Completion:
    """What the applicant sends after being asked: further answers, files, a message."""

    completion_id: UUID
    dossier_code: str
    submission_id: UUID
    answers: Mapping[str, Any]
    message: str
    attachments: tuple[Attachment, ...]
    submitted_at: datetime


def read_application(*, documents: Mapping[str, bytes]) -> Application:
    """The application in a container's files (path to content); :class:`ApplicationRefused` names what is wrong."""
    data = _document(documents, name="application.json", kind=APPLICATION)
    applicant = data.get("applicant")
    if not isinstance(applicant, dict):
        raise ApplicationRefused("applicant is missing.")
    prefilled = data.get("prefilled", [])
    if not isinstance(prefilled, list) or not all(isinstance(one, dict) for one in prefilled):
        raise ApplicationRefused("prefilled is not a list of objects.")
    return Application(
        submission_id=_uuid(data, "submission_id"),
        procedure=_text(data, "procedure", 40),
        language=_text(data, "language", 10),
        applicant_number=_text(applicant, "personal_number", 32),
        applicant_name=_text(applicant, "full_name", 200),
        destination=_text(data, "destination", 35),
        answers=_answers(data),
        prefilled=tuple(prefilled[:MOST_ANSWERS]),
        attachments=_attachments(data, documents),
        submitted_at=_moment(data, "submitted_at"),
    )


def read_completion(*, documents: Mapping[str, bytes]) -> Completion:
    """The completion in a container's files; :class:`ApplicationRefused` names what is wrong."""
    data = _document(documents, name="completion.json", kind=COMPLETION)
    message = data.get("message") or ""
    if not isinstance(message, str) or len(message) > LONGEST_TEXT:
        raise ApplicationRefused("message is not a text of reasonable length.")
    return Completion(
        completion_id=_uuid(data, "completion_id"),
        dossier_code=_text(data, "dossier_code", 80),
        submission_id=_uuid(data, "submission_id"),
        answers=_answers(data),
        message=message,
        attachments=_attachments(data, documents),
        submitted_at=_moment(data, "submitted_at"),
    )


def _document(documents: Mapping[str, bytes], *, name: str, kind: str) -> dict[str, Any]:
    if name not in documents:
        raise ApplicationRefused(f"The container holds no {name}.")
    try:
        data = json.loads(documents[name])
    except (ValueError, RecursionError) as exc:
        raise ApplicationRefused(f"{name} is not JSON.") from exc
    if not isinstance(data, dict) or data.get("format") != kind:
        raise ApplicationRefused(f"{name} does not say that its format is {kind}.")
    return data


def _text(data: Mapping[str, Any], key: str, longest: int) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > longest or "\x00" in value:
        raise ApplicationRefused(f"{key} is missing, or is not a text of at most {longest} characters.")
    return value


def _uuid(data: Mapping[str, Any], key: str) -> UUID:
    try:
        return UUID(_text(data, key, 36))
    except ValueError as exc:
        raise ApplicationRefused(f"{key} is not a UUID.") from exc


def _moment(data: Mapping[str, Any], key: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(data, key, 40))
    except ValueError as exc:
        raise ApplicationRefused(f"{key} is not a moment in ISO 8601.") from exc
    if moment.tzinfo is None:
        raise ApplicationRefused(f"{key} has no time zone.")
    return moment


def _answers(data: Mapping[str, Any]) -> dict[str, Any]:
    answers = data.get("answers", {})
    if not isinstance(answers, dict) or len(answers) > MOST_ANSWERS:
        raise ApplicationRefused(f"answers is not an object of at most {MOST_ANSWERS} entries.")
    for path, value in answers.items():
        if value is not None and not isinstance(value, str | int | float | bool):
            raise ApplicationRefused(f"The answer to {path[:80]!r} is not a plain value.")
        if isinstance(value, str) and (len(value) > LONGEST_TEXT or "\x00" in value):
            raise ApplicationRefused(f"The answer to {path[:80]!r} is too long, or holds a zero character.")
    return answers


def _attachments(data: Mapping[str, Any], documents: Mapping[str, bytes]) -> tuple[Attachment, ...]:
    entries = data.get("attachments", [])
    if not isinstance(entries, list) or len(entries) > MOST_ATTACHMENTS:
        raise ApplicationRefused(f"attachments is not a list of at most {MOST_ATTACHMENTS}.")
    found = tuple(_attachment(entry, documents) for entry in entries)
    declared = [one.path for one in found]
    if len(set(declared)) != len(declared):
        raise ApplicationRefused("Two attachments name the same file.")
    strangers = {name for name in documents if name.startswith("attachments/")} - set(declared)
    if strangers:
        raise ApplicationRefused(
            f"The container holds a file that the application does not name: {min(strangers)[:100]}."
        )
    return found


def _attachment(entry: object, documents: Mapping[str, bytes]) -> Attachment:
    if not isinstance(entry, dict):
        raise ApplicationRefused("An attachment is not an object.")
    path, digest, size = _text(entry, "path", 230), _text(entry, "sha256", 64).lower(), entry.get("size")
    if not _PATH.match(path) or not _HEX.match(digest) or not isinstance(size, int):
        raise ApplicationRefused(f"The attachment {path[:80]!r} is not described as it must be.")
    content = documents.get(path)
    if content is None:
        raise ApplicationRefused(f"The attachment {path!r} is not in the container.")
    if len(content) != size or hashlib.sha256(content).hexdigest() != digest:
        raise ApplicationRefused(f"The attachment {path!r} is not the file that the application names.")
    name, kind = _text(entry, "name", 200), _text(entry, "media_type", 100)
    return Attachment(id=_text(entry, "id", 100), name=name, path=path, media_type=kind, size=size, sha256=digest)
