"""Check your answers, go to sign, come back."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET
from saola_blueprint.rules import fees_due

from saola_platform.documents.api import megabytes
from saola_platform.errors import PeerUnavailable, SignatureFailed
from saola_platform.kernel.posting import takes_form_of
from saola_platform.kernel.signin import person_of, signed_in
from saola_platform.portal.applying import actions, signing
from saola_platform.portal.applying.answers import answer_rows
from saola_platform.portal.applying.drafts import Application
from saola_platform.portal.applying.signing import SigningEnd
from saola_platform.portal.models import Submission
from saola_platform.portal.views.desk import absolute, desk_of, language


@require_GET
@signed_in(level="substantial")
def review(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Everything that will be signed, each with a way to change it."""
    desk = desk_of(request)
    if Submission.objects.filter(id=draft_id, owner=desk.owner).exists():
        return HttpResponseRedirect(reverse("portal:dossier", args=[draft_id]))
    application = desk.open(draft_id)
    if not signing.is_ready(application):
        messages.warning(request, gettext("Some parts are not complete yet."))
        return HttpResponseRedirect(reverse("portal:application", args=[draft_id]))
    return _review_page(request, application)


def _review_page(
    request: HttpRequest, application: Application, *, typed: str | None = None, error: str = ""
) -> HttpResponse:
    context = _context(application, language()) | {
        "email": application.row.email if typed is None else typed,
        "errors": [{"text": error, "href": "#id_email"}] if error else [],
    }
    return render(request, "portal/applying/review.html", context, status=422 if error else 200)


@takes_form_of("portal:review", named="draft_id")
@signed_in(level="substantial")
def sign(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Send the browser to the identity provider, where the documents are shown and the PIN is typed."""
    desk = desk_of(request)
    if Submission.objects.filter(id=draft_id, owner=desk.owner).exists():
        return HttpResponseRedirect(reverse("portal:dossier", args=[draft_id]))
    email = request.POST.get("email", "").strip()
    try:
        actions.keep_email(desk=desk, draft_id=draft_id, email=email)
    except ValidationError:
        words = gettext("Enter an e-mail address such as name@example.org, or leave it empty")
        return _review_page(request, desk.open(draft_id), typed=email, error=words)
    back = absolute(reverse("portal:signed", args=[draft_id]))
    try:
        return HttpResponseRedirect(
            signing.start(desk=desk, draft_id=draft_id, person=person_of(request), return_url=back)
        )
    except (SignatureFailed, PeerUnavailable):
        return _back_to_review(
            request,
            draft_id,
            gettext("The signing service does not answer. Your application is kept; try again in a few minutes."),
        )


@require_GET
@signed_in(level="substantial")
def signed(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The way back from the identity provider."""
    try:
        end = signing.finish(desk=desk_of(request), draft_id=draft_id, person=person_of(request))
    except (SignatureFailed, PeerUnavailable):
        return _back_to_review(
            request, draft_id, gettext("The signature could not be fetched. Nothing was sent. Sign again.")
        )
    if end.outcome == "sent":
        return HttpResponseRedirect(reverse("portal:dossier", args=[draft_id]))
    return _back_to_review(request, draft_id, words_for(end))


def words_for(end: SigningEnd) -> str:
    """Why nothing was sent, for the person."""
    if end.outcome == "refused":
        return gettext("You did not sign, so nothing was sent. Your application is kept.")
    return gettext("The signature was not given in time, so nothing was sent. You can sign again.")


def _back_to_review(request: HttpRequest, draft_id: uuid.UUID, words: str) -> HttpResponse:
    messages.warning(request, words)
    return HttpResponseRedirect(reverse("portal:review", args=[draft_id]))


def _context(application: Application, tag: str) -> dict[str, Any]:
    authority = application.authority()
    papers = {one.id: one.name.in_(tag) for one in application.procedure.documents}
    fees = fees_due(
        country=application.country,
        procedure=application.procedure,
        answers=application.relevant_answers(),
        on=application.today,
    )
    return {
        "application": application,
        "draft": application.row,
        "service_name": application.procedure.name.in_(tag),
        "authority": authority.name.in_(tag) if authority else "",
        "authority_choice": len(application.authorities()) > 1,
        "sections": answer_rows(application, language=tag),
        "files": [
            {"key": papers.get(one.document, one.document), "value": f"{one.name} ({megabytes(one.size)})"}
            for one in application.attachments
            if one.document in {paper.id for paper in application.papers()}
        ],
        "fees": [{"label": one.label.in_(tag), "amount": one.amount, "reference": one.reference} for one in fees],
        "currency": application.country.currency,
    }
