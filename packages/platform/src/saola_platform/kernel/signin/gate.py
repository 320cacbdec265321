"""`@signed_in`: only people who signed in, at the level that the page needs.

Whoever is not signed in is sent to sign in and comes back to the same address. A form that was
sent after the sign-in lapsed is not lost: what was typed is kept for the same person, and the
view gets it from `kept_input(request)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse

from saola_platform.kernel.signin.middleware import LAPSED_KEY
from saola_platform.kernel.signin.person import Level, SignedInPerson

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
KEPT_KEY: Final = "kept_input"
MOST_KEPT: Final = 200_000


def signed_in(*, level: Level = "low") -> Callable[[View[P]], View[P]]:
    """Let only people in who signed in at least at `level`."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            person: SignedInPerson | None = getattr(request, "person", None)
            if person is not None and person.reaches(level):
                return view(request, *args, **kwargs)
            return _ask(request, level=level, person=person)

        return wrapped

    return decorate


def kept_input(request: HttpRequest) -> QueryDict | None:
    """What this person had typed at this address before the sign-in lapsed; given out once."""
    kept: dict[str, Any] | None = request.session.get(KEPT_KEY)
    person: SignedInPerson | None = getattr(request, "person", None)
    if not kept or person is None or kept["path"] != request.path:
        return None
    del request.session[KEPT_KEY]
    return QueryDict(kept["fields"]) if kept["sub"] == person.sub else None


def carry_kept_input(request: HttpRequest, *, to: str) -> None:
    """What was typed for this address, which shows no page, is given out at `to`, the page of its form."""
    kept: dict[str, Any] | None = request.session.get(KEPT_KEY)
    if kept and kept["path"] == request.path:
        request.session[KEPT_KEY] = kept | {"path": to}


def _ask(request: HttpRequest, *, level: Level, person: SignedInPerson | None) -> HttpResponse:
    address = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
    target = f"{reverse('signin:sign-in')}?{urlencode({'next': address, 'level': level})}"
    if request.method in {"GET", "HEAD"} and person is None:
        return HttpResponseRedirect(target)
    kept = _keep(request, sub=person.sub if person else request.session.get(LAPSED_KEY))
    page = render_to_string(
        "kernel/sign_in_again.html",
        {"target": target, "kept": kept, "level": level, "lapsed": person is None, "files": bool(request.FILES)},
        request=request,
    )
    return HttpResponse(page, status=401 if person is None else 403)


def _keep(request: HttpRequest, *, sub: str | None) -> bool:
    if request.method != "POST" or sub is None:
        return False
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    encoded = fields.urlencode()
    if len(encoded) > MOST_KEPT:
        return False
    request.session[KEPT_KEY] = {"path": request.path, "fields": encoded, "sub": sub}
    return True
