"""`@staff`: only people who signed in and work here; everybody else learns why the page stays closed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from saola_platform.cases.api import Official, official_of
from saola_platform.kernel.signin import person_of, signed_in

P = ParamSpec("P")
StaffView = Callable[Concatenate[HttpRequest, Official, P], HttpResponse]


def staff(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view the official who signed in; a page with status 403 for everybody else."""

    @signed_in(level="substantial")
    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        official = official_of(personal_number=person_of(request).personal_number)
        if official is None:
            page = TemplateResponse(request, "backoffice/not_staff.html", {"name": person_of(request).name}, status=403)
            return page.render()
        return view(request, official, *args, **kwargs)

    return wrapped
