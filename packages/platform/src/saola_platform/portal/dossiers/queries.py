"""Reads for the pages about dossiers and results."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from saola_platform.portal.errors import NotYours
from saola_platform.portal.models import Attachment, StoredResult, Submission


def own_submission(*, submission_id: uuid.UUID, owner: str) -> Submission:
    """Raises NotYours."""
    try:
        return Submission.objects.get(id=submission_id, owner=owner)
    except Submission.DoesNotExist as error:
        raise NotYours from error


def own_submission_by_code(*, dossier_code: str, owner: str) -> Submission:
    """Raises NotYours."""
    found = Submission.objects.filter(dossier_code=dossier_code, owner=owner).first()
    if found is None:
        raise NotYours
    return found


def submissions_of(*, owner: str) -> Sequence[Submission]:
    """Everything the person has sent, newest first."""
    return list(Submission.objects.filter(owner=owner))


def attachments_sent(*, submission: Submission) -> Sequence[Attachment]:
    """The papers of the application."""
    return list(Attachment.objects.filter(draft_id=submission.id))


def results_of(*, owner: str) -> Sequence[StoredResult]:
    """The person's document store, newest first."""
    return list(StoredResult.objects.filter(owner=owner).select_related("submission"))


def own_result(*, result_id: uuid.UUID, owner: str) -> StoredResult:
    """Raises NotYours."""
    try:
        return StoredResult.objects.select_related("submission").get(result_id=result_id, owner=owner)
    except StoredResult.DoesNotExist as error:
        raise NotYours from error
