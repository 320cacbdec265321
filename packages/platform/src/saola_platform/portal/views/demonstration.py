"""The briefing page of a demonstration: what runs here, what happens between the parts, who one can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from saola_platform.kernel.configuration import site
from saola_platform.kernel.country import country
from saola_platform.portal.demonstration import Process, Status, is_web, status_now
from saola_platform.portal.views.desk import language

SITES: Final = ("portal", "register", "onestop")


@dataclass(frozen=True, slots=True)
class Office:
    """One organisation in the picture: what it runs, where to open it, messages through its gateway."""

    kind: str
    code: str
    name: str
    registers: tuple[str, ...]
    url: str
    messages: int


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """The whole page, complete without scripts."""
    return render(request, "portal/demonstration/about.html", _context(seen=None))


@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """The part that changes, for htmx; `seen` is the number of messages that the page shows already."""
    seen = request.GET.get("seen", "")
    return render(request, "portal/demonstration/part.html", _context(seen=int(seen) if seen.isdecimal() else None))


def _context(*, seen: int | None) -> dict[str, Any]:
    settings = site()
    if not settings.demo:
        raise Http404
    now = status_now(address=settings.demo_status_url, language=language())
    all_offices = offices(now)
    return {
        "status": now,
        "portal": next((one for one in all_offices if one.kind == "portal"), None),
        "offices": [one for one in all_offices if one.kind != "portal"],
        "urls": {link.kind: link.url for link in now.links} if now else {},
        "is_moving": now is not None and seen is not None and now.messages_total > seen,
    }


def offices(now: Status | None) -> list[Office]:
    """The organisations that run a site, in the order in which the supervisor names them."""
    if now is None:
        return []
    messages = dict(now.messages_per_gateway)
    return [_office(one, messages=messages.get(one.organisation, 0)) for one in now.processes if one.kind in SITES]


def _office(process: Process, *, messages: int) -> Office:
    declared, tag, code = country(), language(), process.organisation
    return Office(
        kind=process.kind,
        code=code,
        name=declared.organisations[code].name.in_(tag) if code in declared.organisations else code,
        registers=tuple(one.name.in_(tag) for one in declared.registers.values() if one.owner == code),
        url=process.url if is_web(process.url) else "",
        messages=messages,
    )
