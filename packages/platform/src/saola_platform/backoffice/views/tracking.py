"""The public page behind the receipt's QR code: how far a dossier is, and nobody's data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from saola_platform.backoffice.presenting.deadlines import moment, shown
from saola_platform.backoffice.presenting.desk import status_words
from saola_platform.cases.api import deadline_of, dossier_to_track, organisation_of, procedure_of
from saola_platform.kernel import clock
from saola_platform.kernel.country import country


@require_GET
def track(request: HttpRequest, code: str) -> HttpResponse:
    """`GET /track/{code}`."""
    dossier = dossier_to_track(code=code)
    language = get_language() or country().default_language
    organisation = organisation_of(dossier)
    context = {
        "code": dossier.code,
        "procedure": procedure_of(dossier).name.in_(language),
        "organisation": organisation.name.in_(language),
        "phone": organisation.phone,
        "status": status_words(dossier.status),
        "deadline": shown(deadline_of(dossier, at=clock.now())),
        "received": moment(dossier.received_at),
    }
    return render(request, "backoffice/track.html", context)
