"""Before and after every view: what is not even looked at, and what the browser is to enforce on our pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from saola_theme import error_pages


class BrowserRules:
    """Content Security Policy Level 3: only our own files, no frames.

    Forms may lead to the registered sites, because they redirect there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        origins = sorted({origin for client in settings.IDENTITY.clients for origin in client.origins})
        self.policy = (
            "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {' '.join(origins)}"
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "publickey-credentials-get=(self), camera=(), geolocation=()")
        return response


class Unstorable:
    """Refuses the NUL character in addresses and forms: no person types it, and PostgreSQL's text cannot hold it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return error_pages.bad_request(request, SuspiciousOperation("NUL in the address"))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], *_: Any) -> HttpResponse | None:
        """Forms, before the view sees them; not what an interface for machines wants to read as it came."""
        is_raw = getattr(view, "csrf_exempt", False) and request.content_type == "multipart/form-data"
        if request.method != "POST" or is_raw:
            return None
        if any("\x00" in str(value) for _, values in request.POST.lists() for value in values):
            return error_pages.bad_request(request, SuspiciousOperation("NUL in a form"))
        return None
