"""Following what was sent: the list, one dossier with its progress, receipt and own copy."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from saola_platform.documents import api as documents
from saola_platform.kernel.country import country
from saola_platform.kernel.signin import signed_in
from saola_platform.portal.applying.answers import sent_rows
from saola_platform.portal.applying.drafts import open_drafts
from saola_platform.portal.dossiers import progress, queries
from saola_platform.portal.dossiers.completions import open_request
from saola_platform.portal.models import Submission
from saola_platform.portal.views.desk import absolute, as_file, desk_of, language
from saola_platform.portal.views.qr import qr_code


@require_GET
@signed_in()
def dossiers(request: HttpRequest) -> HttpResponse:
    """Unfinished applications, and everything that was sent."""
    desk = desk_of(request)
    context = {
        "drafts": [
            {
                "url": reverse("portal:application", args=[one.id]),
                "name": progress.procedure_name(one.procedure, country=desk.country, language=desk.language),
                "changed_at": one.changed_at,
            }
            for one in open_drafts(owner=desk.owner)
        ],
        "submissions": [
            progress.summary(one, country=desk.country, language=desk.language)
            for one in queries.submissions_of(owner=desk.owner)
        ],
    }
    return render(request, "portal/dossiers/list.html", context)


@require_GET
@signed_in()
def dossier(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    """Where the dossier is, who has it, until when; as long as it is on its way the page refreshes itself."""
    row = queries.own_submission(submission_id=submission_id, owner=desk_of(request).owner)
    if request.headers.get("HX-Request") and row.state == Submission.State.SENDING:
        return render(request, "portal/dossiers/sending.html", _context(row))
    response = render(request, "portal/dossiers/dossier.html", _context(row))
    if request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


@require_GET
@signed_in()
def by_code(request: HttpRequest, dossier_code: str) -> HttpResponse:
    """Where the QR code of a receipt leads."""
    row = queries.own_submission_by_code(dossier_code=dossier_code, owner=desk_of(request).owner)
    return HttpResponseRedirect(reverse("portal:dossier", args=[row.id]))


@require_GET
@signed_in()
def receipt(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    """The receipt as the one-stop made it."""
    row = queries.own_submission(submission_id=submission_id, owner=desk_of(request).owner)
    if row.receipt is None:
        raise Http404
    return _stored(row.receipt, owner=row.owner)


@require_GET
@signed_in()
def container(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    """What the person signed, as it was sent."""
    row = queries.own_submission(submission_id=submission_id, owner=desk_of(request).owner)
    return _stored(row.container, owner=row.owner)


def _stored(file_id: uuid.UUID, *, owner: str) -> HttpResponse:
    info = documents.file_info(file_id=file_id, owner=owner)
    content = documents.read_file(file_id=file_id, owner=owner)
    return as_file(content=content, media_type=info.media_type, name=info.name)


def _context(row: Submission) -> dict[str, Any]:
    declared, tag = country(), language()
    request_event = open_request(submission=row)
    code_url = absolute(reverse("portal:dossier-by-code", args=[row.dossier_code])) if row.dossier_code else ""
    return {
        "submission": row,
        "summary": progress.summary(row, country=declared, language=tag),
        "timeline": progress.timeline(row, language=tag),
        "completion_request": progress.words_of(request_event, language=tag) if request_event else None,
        "completions": list(row.completions.exclude(state="open")),
        "results": progress.results(row, language=tag),
        "qr": qr_code(code_url) if code_url else "",
        "answers": sent_rows(
            country=declared,
            procedure=row.procedure,
            answers=row.application.get("answers", {}),
            language=tag,
        ),
        "papers": row.application.get("attachments", []),
    }
