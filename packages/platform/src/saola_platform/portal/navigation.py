"""The portal's part of the main menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from saola_platform.kernel.configuration import site
from saola_platform.notifications import api as notifications


def items(request: HttpRequest) -> list[dict[str, Any]]:
    """Search for everybody; what is one's own for people who signed in; the briefing in a demonstration."""
    person = getattr(request, "person", None)
    found = [_item(request, name="portal:home", label=gettext("Find a service"), also=("/find/", "/procedures/"))]
    if person is not None:
        unread = notifications.unread_count(person=person.personal_number)
        found += [
            _item(request, name="portal:dossiers", label=gettext("My dossiers"), also=("/dossiers/", "/applications/")),
            _item(request, name="portal:results", label=gettext("My documents"), also=("/results/", "/my-documents/")),
            _item(request, name="portal:usages", label=gettext("Who used my data"), also=("/my-data/",)),
            _item(request, name="notifications:notices", label=gettext("Notices"), count=unread),
        ]
    if site().demo:
        found.append(_item(request, name="portal:about-demo", label=gettext("About this demonstration")))
    return found


def _item(request: HttpRequest, *, name: str, label: str, also: tuple[str, ...] = (), count: int = 0) -> dict[str, Any]:
    url = reverse(name)
    return {
        "url": url,
        "label": label,
        "current": request.path == url or request.path.startswith(also),
        "count": count,
    }
