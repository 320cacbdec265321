"""Puts the signed-in person on the request, and lets a sign-in lapse."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from saola_platform.kernel import clock
from saola_platform.kernel.signin import person as people

LAPSED_KEY = "lapsed_sub"


class SignedIn:
    """Sets `request.person` to a SignedInPerson or None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.person = self._person(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _person(self, request: HttpRequest) -> people.SignedInPerson | None:
        data = request.session.get(people.SESSION_KEY)
        person = people.from_session(data) if data else None
        if person is None:
            return None
        at = clock.now()
        if not person.is_current(at):
            # Only the same person may get back what was typed before the sign-in lapsed.
            request.session.pop(people.SESSION_KEY)
            request.session[LAPSED_KEY] = person.sub
            return None
        noted = person.noted(at)
        if noted is not person:
            request.session[people.SESSION_KEY] = people.to_session(noted)
        return noted
