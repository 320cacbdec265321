"""Finding a service and reading what it takes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from saola_platform.kernel import clock
from saola_platform.kernel.country import country
from saola_platform.portal.catalogue.description import card, describe
from saola_platform.portal.catalogue.search import LONGEST_QUERY, find_procedures
from saola_platform.portal.views.desk import language


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Search, life events, and what can be done online now."""
    declared, tag = country(), language()
    online = [card(one, country=declared, language=tag) for one in declared.procedures.values() if one.online]
    events = [{"id": key, "name": name.in_(tag)} for key, name in declared.life_events.items()]
    return render(request, "portal/home.html", {"online": online, "events": events})


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Services for words (`q`) or a life event (`event`); all of them when neither is given."""
    declared, tag = country(), language()
    query, event = request.GET.get("q", "")[:LONGEST_QUERY].strip(), request.GET.get("event", "")
    complete = True
    if query:
        found = find_procedures(country=declared, query=query)
        # Among services that have every word, what can be done at once stands first.
        ranked = sorted(found.procedures, key=lambda one: not one.online) if found.complete else found.procedures
        procedures, complete = tuple(ranked), found.complete
    else:
        every = declared.procedures.values()
        procedures = tuple(one for one in every if not event or event in one.life_events)
    event_name = declared.life_events[event].in_(tag) if event in declared.life_events else ""
    context = {
        "query": query,
        "event_name": event_name,
        "found": [card(one, country=declared, language=tag) for one in procedures],
        "complete": complete,
        "events": [{"id": key, "name": name.in_(tag)} for key, name in declared.life_events.items()],
    }
    return render(request, "portal/find.html", context)


@require_GET
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """One service: who decides, papers, fee, time, law, channels, result, and the way in."""
    declared = country()
    found = declared.procedures.get(code) or declared.procedure_in(code)
    if found is None:
        raise Http404
    context = {"service": describe(found, country=declared, language=language(), at=clock.now())}
    return render(request, "portal/procedure.html", context)
