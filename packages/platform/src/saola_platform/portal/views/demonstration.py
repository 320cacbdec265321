"""The briefing page of a demonstration: what runs here, what happens between the parts, who one can be."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from saola_platform.kernel import clock
from saola_platform.kernel.configuration import site
from saola_platform.kernel.country import country
from saola_platform.portal.demonstration import Status, status_now
from saola_platform.portal.views.desk import language


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """The whole page, complete without scripts."""
    return render(request, "portal/demonstration/about.html", _context())


@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """The part that changes, for htmx."""
    return render(request, "portal/demonstration/status.html", _context())


def _context() -> dict[str, Any]:
    settings = site()
    if not settings.demo:
        raise Http404
    now = status_now(address=settings.demo_status_url, language=language())
    return {"status": now, "members": members(now), "at": clock.now()}


def members(now: Status | None) -> list[dict[str, Any]]:
    """Messages per gateway, with the organisation's name."""
    declared, tag = country(), language()
    return [
        {
            "code": code,
            "name": declared.organisations[code].name.in_(tag) if code in declared.organisations else code,
            "messages": n,
        }
        for code, n in (now.messages_per_gateway if now else ())
    ]
