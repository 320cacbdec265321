"""Who used my data: the page, and the signed evidence behind each line."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from saola_platform.kernel.signin import signed_in
from saola_platform.portal.knowing.usages import evidence_of, usages_of
from saola_platform.portal.views.desk import as_file, desk_of

PER_PAGE = 25


@require_GET
@signed_in(level="substantial")
def usages(request: HttpRequest) -> HttpResponse:
    """All registers' answers in one list, newest first; a register that is silent is named."""
    desk = desk_of(request)
    found = usages_of(subject=desk.owner, country=desk.country, exchange=desk.exchange, language=desk.language)
    page = Paginator(found.items, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/knowing/usages.html", {"page": page, "silent": found.silent})


@require_GET
@signed_in(level="substantial")
def evidence(request: HttpRequest, site_key: str, message_id: str) -> HttpResponse:
    """The container of the message that used the data, from the register that answered it."""
    desk = desk_of(request)
    content = evidence_of(
        site_key=site_key, message_id=message_id, subject=desk.owner, country=desk.country, exchange=desk.exchange
    )
    if content is None:
        raise Http404
    return as_file(content=content, media_type="application/vnd.etsi.asic-e+zip", name=f"{message_id}.asice")
