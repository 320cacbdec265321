"""The desk's entries in the main menu; only staff of a one-stop see them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from saola_platform.cases.api import official_of
from saola_platform.kernel.configuration import site


def items(request: HttpRequest) -> list[dict[str, Any]]:
    """Queue and own work; nothing on another kind of site or for somebody who does not work here."""
    person = getattr(request, "person", None)
    if site().site != "onestop" or person is None or official_of(personal_number=person.personal_number) is None:
        return []
    queue = reverse("backoffice:queue")
    here, mine = request.path == queue, request.GET.get("mine") == "1"
    return [
        {"url": queue, "label": gettext("All dossiers"), "current": here and not mine},
        {"url": f"{queue}?mine=1", "label": gettext("My work"), "current": here and mine},
    ]
