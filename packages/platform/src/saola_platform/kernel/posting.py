"""Addresses that only take what a form sends, and what somebody sees who opens one of them.

After a refused form the browser stands at such an address: whoever then changes the language, presses return in
the address bar or signs in again comes with GET, and is led to the page that has the form.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from saola_platform.kernel.signin.gate import carry_kept_input

View = Callable[..., HttpResponse]


def takes_form_of(page: str, *, named: str | None = None) -> Callable[[View], View]:
    """The view takes the POST of a form on `page` (the name of an address); GET leads there.

    `named` is the parameter of this view's address that `page` needs as its only one.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def taking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in {"GET", "HEAD"}:
                address = reverse(page, args=[kwargs[named]] if named else [])
                carry_kept_input(request, to=address)
                return HttpResponseRedirect(address)
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(request, *args, **kwargs)

        return taking

    return decorate
