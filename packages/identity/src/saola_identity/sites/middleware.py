"""Rules that the browser is to enforce on our pages (Content Security Policy Level 3)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class BrowserRules:
    """Only our own files; no frames. Forms may lead to the registered sites, because they redirect there."""

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
