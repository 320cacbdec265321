"""Papers of an application: what is asked, what data make unnecessary, adding and removing files."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from saola_platform.documents.api import UploadRefused
from saola_platform.kernel.posting import takes_form_of
from saola_platform.kernel.signin import signed_in
from saola_platform.portal.applying import actions, overview
from saola_platform.portal.applying.drafts import Application
from saola_platform.portal.catalogue.description import paper_kinds
from saola_platform.portal.views.desk import desk_of, language, pieces_of, upload_limit


@require_http_methods(["GET", "POST"])
@signed_in(level="substantial")
def papers(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The list of papers; POST says that it is complete."""
    desk = desk_of(request)
    if request.method == "POST":
        if actions.finish_papers(desk=desk, draft_id=draft_id):
            return HttpResponseRedirect(overview.next_url(desk.open(draft_id), after="papers"))
        application = desk.open(draft_id)
        missing = {one.id: gettext("Add this paper") for one in application.papers_missing()}
        return _page(request, application, errors=missing, status=422)
    return _page(request, desk.open(draft_id), errors={})


@takes_form_of("portal:papers", named="draft_id")
@signed_in(level="substantial")
def add(request: HttpRequest, draft_id: uuid.UUID, document_id: str) -> HttpResponse:
    """Take one uploaded file."""
    desk = desk_of(request)
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        return _page(request, desk.open(draft_id), errors={document_id: gettext("Choose a file")}, status=422)
    try:
        actions.add_paper(
            desk=desk,
            draft_id=draft_id,
            document_id=document_id,
            name=upload.name or "",
            pieces=pieces_of(upload),
            limit=upload_limit(),
        )
    except UploadRefused as refusal:
        return _page(request, desk.open(draft_id), errors={document_id: refusal.message}, status=refusal.status)
    return HttpResponseRedirect(f"{reverse('portal:papers', args=[draft_id])}#paper-{document_id}")


@takes_form_of("portal:papers", named="draft_id")
@signed_in(level="substantial")
def remove(request: HttpRequest, draft_id: uuid.UUID, attachment_id: int) -> HttpResponse:
    """Take a file out again."""
    actions.remove_paper(desk=desk_of(request), draft_id=draft_id, attachment_id=attachment_id)
    return HttpResponseRedirect(reverse("portal:papers", args=[draft_id]))


def _page(request: HttpRequest, application: Application, *, errors: dict[str, str], status: int = 200) -> HttpResponse:
    tag = language()
    asked: list[dict[str, Any]] = [
        {
            "id": one.id,
            "name": one.name.in_(tag),
            "required": one.required,
            "kinds": paper_kinds(one, limit=upload_limit()),
            "accept": ",".join(one.accept),
            "files": [file for file in application.attachments if file.document == one.id],
            "error": errors.get(one.id, ""),
        }
        for one in application.papers()
    ]
    context = {
        "application": application,
        "draft": application.row,
        "service_name": application.procedure.name.in_(tag),
        "papers": asked,
        "replaced": [one.name.in_(tag) for one in application.papers_replaced()],
        "errors": [
            {"text": f"{one['name']}: {one['error']}", "href": f"#file-{one['id']}"} for one in asked if one["error"]
        ],
    }
    return render(request, "portal/applying/papers.html", context, status=status)
