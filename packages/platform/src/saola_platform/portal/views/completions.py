"""Answering a request to complete: the official's words, one's own, files, signature."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from saola_platform.documents.api import UploadRefused, kind_names, megabytes
from saola_platform.errors import PeerUnavailable, SignatureFailed
from saola_platform.kernel.posting import takes_form_of
from saola_platform.kernel.signin import kept_input, person_of, signed_in
from saola_platform.portal.applying.actions import Desk
from saola_platform.portal.dossiers import completions, progress, queries
from saola_platform.portal.models import Completion, Submission
from saola_platform.portal.views.desk import absolute, desk_of, language, pieces_of, upload_limit
from saola_platform.portal.views.signatures import words_for


@require_http_methods(["GET", "POST"])
@signed_in(level="substantial")
def complete(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    """What is asked, and the form; POST keeps the words and the file and, unless "later", goes to sign."""
    desk = desk_of(request)
    submission = queries.own_submission(submission_id=submission_id, owner=desk.owner)
    if completions.open_request(submission=submission) is None:
        return HttpResponseRedirect(reverse("portal:dossier", args=[submission_id]))
    row = completions.completion_for(desk=desk, submission=submission)
    if request.method != "POST":
        kept = kept_input(request)
        row.message = kept.get("message", row.message) if kept else row.message
        return _page(request, submission, row)
    refused = _keep(request, desk, row)
    if refused is not None:
        return refused
    if request.POST.get("action") == "later":
        return HttpResponseRedirect(reverse("portal:dossier", args=[submission_id]))
    if not row.message and not row.attachments.exists():
        words = gettext("Write an answer or add a file")
        return _page(request, submission, row, errors={"message": words}, status=422)
    return _go_and_sign(request, row)


@takes_form_of("portal:complete", named="submission_id")
@signed_in(level="substantial")
def add(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    """Take one file; words typed beside it are kept too."""
    desk = desk_of(request)
    submission = queries.own_submission(submission_id=submission_id, owner=desk.owner)
    row = completions.completion_for(desk=desk, submission=submission)
    refused = _keep(request, desk, row)
    if refused is not None:
        return refused
    if "file" not in request.FILES:
        return _page(request, submission, row, errors={"file": gettext("Choose a file")}, status=422)
    return HttpResponseRedirect(reverse("portal:complete", args=[submission_id]) + "#files")


@takes_form_of("portal:complete", named="submission_id")
@signed_in(level="substantial")
def remove(request: HttpRequest, submission_id: uuid.UUID, attachment_id: int) -> HttpResponse:
    """Take a file out again; what else stands in the form is kept."""
    desk = desk_of(request)
    submission = queries.own_submission(submission_id=submission_id, owner=desk.owner)
    row = completions.completion_for(desk=desk, submission=submission)
    completions.remove_file(desk=desk, completion=row, attachment_id=attachment_id)
    refused = _keep(request, desk, row)
    if refused is not None:
        return refused
    return HttpResponseRedirect(reverse("portal:complete", args=[submission_id]) + "#files")


@require_GET
@signed_in(level="substantial")
def signed(request: HttpRequest, submission_id: uuid.UUID) -> HttpResponse:
    """The way back from the identity provider."""
    desk = desk_of(request)
    submission = queries.own_submission(submission_id=submission_id, owner=desk.owner)
    row = submission.completions.filter(state=Completion.State.OPEN).last()
    if row is None:
        return HttpResponseRedirect(reverse("portal:dossier", args=[submission_id]))
    try:
        end = completions.finish(desk=desk, completion=row, person=person_of(request))
    except (SignatureFailed, PeerUnavailable):
        messages.warning(request, gettext("The signature could not be fetched. Nothing was sent. Sign again."))
        return HttpResponseRedirect(reverse("portal:complete", args=[submission_id]))
    if end.outcome == "sent":
        messages.success(request, gettext("Your answer was signed and is on its way."))
        return HttpResponseRedirect(reverse("portal:dossier", args=[submission_id]))
    messages.warning(request, words_for(end))
    return HttpResponseRedirect(reverse("portal:complete", args=[submission_id]))


def _keep(request: HttpRequest, desk: Desk, row: Completion) -> HttpResponse | None:
    """Keep the words and the chosen file, whichever button was pressed; the page again when the file is refused."""
    if "message" in request.POST:
        row.message = request.POST["message"].strip()
        completions.save_message(completion=row, message=row.message)
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        return None
    try:
        completions.add_file(
            desk=desk, completion=row, name=upload.name or "", pieces=pieces_of(upload), limit=upload_limit()
        )
    except UploadRefused as refusal:
        return _page(request, row.submission, row, errors={"file": refusal.message}, status=refusal.status)
    return None


def _go_and_sign(request: HttpRequest, row: Completion) -> HttpResponse:
    back = absolute(reverse("portal:completion-signed", args=[row.submission_id]))
    try:
        address = completions.start(desk=desk_of(request), completion=row, person=person_of(request), return_url=back)
    except (SignatureFailed, PeerUnavailable):
        messages.warning(
            request, gettext("The signing service does not answer. Your answer is kept; try again in a few minutes.")
        )
        address = reverse("portal:complete", args=[row.submission_id])
    return HttpResponseRedirect(address)


def _page(
    request: HttpRequest,
    submission: Submission,
    row: Completion,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    event = completions.open_request(submission=submission)
    found: dict[str, str] = errors or {}
    context: dict[str, Any] = {
        "submission": submission,
        "completion": row,
        "request_words": progress.words_of(event, language=language()) if event else None,
        "files": row.attachments.all(),
        "kinds": gettext("%(kinds)s, up to %(size)s")
        % {"kinds": kind_names(completions.ACCEPT), "size": megabytes(upload_limit())},
        "accept": ",".join(completions.ACCEPT),
        "field_errors": found,
        "errors": [{"text": words, "href": f"#id_{name}"} for name, words in found.items()],
    }
    return render(request, "portal/dossiers/complete.html", context, status=status)
