"""Files of a dossier: papers handed in, documents made, the signed application, the receipt."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from saola_platform.backoffice.gate import staff
from saola_platform.cases.api import Official, attachment, container_of, dossier_for, kept_document, receipt_of

PDF = "application/pdf"
CONTAINER = "application/vnd.etsi.asic-e+zip"
# What a browser may show by itself; everything else is handed over as a download.
SHOWN = {PDF, "image/png", "image/jpeg"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'self'"


@require_GET
@staff
def show_document(request: HttpRequest, official: Official, code: str, name: str) -> HttpResponse:
    """`GET /dossiers/{code}/documents/{name}.pdf`: the newest form of a document of the case."""
    del request
    dossier = dossier_for(official=official, code=code)
    _, content = kept_document(dossier=dossier, name=name)
    return file_answer(content, name=f"{code}-{name}.pdf", media_type=PDF)


@require_GET
@staff
def show_receipt(request: HttpRequest, official: Official, code: str) -> HttpResponse:
    """`GET /dossiers/{code}/receipt.pdf`."""
    del request
    content = receipt_of(dossier_for(official=official, code=code))
    return file_answer(content, name=f"{code}.pdf", media_type=PDF)


@require_GET
@staff
def download_application(request: HttpRequest, official: Official, code: str) -> HttpResponse:
    """`GET /dossiers/{code}/application.asice`: the application as it was signed."""
    del request
    content = container_of(dossier_for(official=official, code=code))
    return file_answer(content, name=f"{code}.asice", media_type=CONTAINER)


@require_GET
@staff
def show_attachment(request: HttpRequest, official: Official, code: str, index: int) -> HttpResponse:
    """`GET /dossiers/{code}/attachments/{index}`."""
    del request
    entry, content = attachment(dossier=dossier_for(official=official, code=code), index=index)
    return file_answer(content, name=str(entry["name"]), media_type=str(entry["media_type"]))


def file_answer(content: bytes, *, name: str, media_type: str) -> HttpResponse:
    """A file, shown where a browser can do that safely; only our own pages may frame it."""
    inline = media_type in SHOWN
    response = HttpResponse(content, content_type=media_type if inline else "application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
