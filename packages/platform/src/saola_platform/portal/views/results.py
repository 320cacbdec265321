"""The document store: results of one's dossiers, with who signed them."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from saola_platform.documents import api as documents
from saola_platform.kernel import clock
from saola_platform.kernel.country import country
from saola_platform.kernel.signin import signed_in
from saola_platform.portal.dossiers import queries
from saola_platform.portal.dossiers.progress import text_in
from saola_platform.portal.dossiers.results import check
from saola_platform.portal.views.desk import as_file, desk_of, language


@require_GET
@signed_in(level="substantial")
def results(request: HttpRequest) -> HttpResponse:
    """Everything in the store, newest first."""
    found = queries.results_of(owner=desk_of(request).owner)
    shown = [{"row": one, "title": text_in(one.title, language=language())} for one in found]
    return render(request, "portal/dossiers/results.html", {"results": shown})


@require_GET
@signed_in(level="substantial")
def result(request: HttpRequest, result_id: uuid.UUID) -> HttpResponse:
    """One result: its digest and its signatures, validated now."""
    row = queries.own_result(result_id=result_id, owner=desk_of(request).owner)
    at = clock.now()
    info = documents.file_info(file_id=row.file, owner=row.owner)
    context = {
        "result": row,
        "title": text_in(row.title, language=language()),
        "file": info,
        "size": documents.megabytes(info.size),
        "checked": check(result=row, at=at),
        "checked_at": at,
        "sender": _organisation(row.sender),
    }
    return render(request, "portal/dossiers/result.html", context)


def _organisation(client: str) -> str:
    """The organisation behind an identifier of the exchange, in words where the country names it."""
    code = client.split("/")[2] if client.count("/") > 1 else client
    known = country().organisations.get(code)
    return known.name.in_(language()) if known else client


@require_GET
@signed_in(level="substantial")
def download(request: HttpRequest, result_id: uuid.UUID) -> HttpResponse:
    """The file itself, unchanged, so that its signatures stay valid."""
    row = queries.own_result(result_id=result_id, owner=desk_of(request).owner)
    info = documents.file_info(file_id=row.file, owner=row.owner)
    content = documents.read_file(file_id=row.file, owner=row.owner)
    return as_file(content=content, media_type=info.media_type, name=info.name)
