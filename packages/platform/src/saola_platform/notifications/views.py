"""The notices of the signed-in person."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from saola_platform.kernel.country import country
from saola_platform.kernel.posting import takes_form_of
from saola_platform.kernel.signin import person_of, signed_in
from saola_platform.notifications.actions import mark_read
from saola_platform.notifications.queries import notice_count, notices_of

PER_PAGE = 20


@require_GET
@signed_in()
def notices(request: HttpRequest) -> HttpResponse:
    """The list, the newest first."""
    person = person_of(request).personal_number
    pages = Paginator(range(notice_count(person=person)), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    found = notices_of(
        person=person,
        language=get_language() or country().default_language,
        offset=(page.number - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    return render(request, "notifications/notices.html", {"notices": found, "page": page})


@takes_form_of("notifications:notices")
@signed_in()
def open_notice(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Note that it was read, and go where it leads."""
    found = mark_read(person=person_of(request).personal_number, notice=notice)
    if found is None:
        raise Http404
    return HttpResponseRedirect(found.link or "/notices/")
