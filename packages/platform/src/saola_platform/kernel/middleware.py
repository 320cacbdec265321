"""What happens to every request before and after a view."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from saola_exchange.client import ExchangeError

from saola_platform.errors import PlatformError, TooLarge
from saola_platform.kernel import views
from saola_platform.kernel.configuration import site

Next = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger(__name__)


class Health:
    """`GET /health` is answered before the host is checked: probes come by address, not by name."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/health":
            return self.get_response(request)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            connection.close()
            return JsonResponse({"status": "unavailable", "checks": {"database": "unreachable"}}, status=503)
        return JsonResponse({"status": "ok", "checks": {"database": "ok"}})


class SecurityHeaders:
    """The content security policy: our own scripts and styles only, no frames, known form targets."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.policy = content_security_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("X-Frame-Options", "DENY")
        if request.path.startswith("/static/"):
            return response
        # Pages hold people's data; neither a shared computer nor a proxy may keep them.
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def content_security_policy() -> str:
    """Forms may lead to the identity provider, because signing and signing out go there by redirect."""
    identity = site().identity
    forms = ["'self'"]
    if identity is not None:
        parts = urlsplit(identity.issuer)
        forms.append(f"{parts.scheme}://{parts.netloc}")
    return "; ".join(
        [
            "default-src 'self'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            f"form-action {' '.join(forms)}",
        ]
    )


class UploadLimit:
    """Refuses a request that announces more than the site takes, without keeping a byte of it."""

    DRAIN_SECONDS = 20.0
    STEP = 1024 * 1024

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = site().upload_limits.request_bytes
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdigit() or int(announced) <= limit:
            return self.get_response(request)
        self._drain(request)
        response = views.failed(
            request, error=TooLarge(f"The limit is {limit // 1024**2} MB; this was {int(announced) // 1024**2} MB.")
        )
        response.headers["Connection"] = "close"
        return response

    def _drain(self, request: HttpRequest) -> None:
        # A browser shows our answer only if it could finish sending; a slow one is cut off.
        until = time.monotonic() + self.DRAIN_SECONDS
        while time.monotonic() < until and request.read(self.STEP):
            continue


class Unstorable:
    """Refuses the NUL character in addresses and forms: no person types it, and PostgreSQL's text cannot hold it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return views.bad_request(request, SuspiciousOperation("NUL in the address"))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Forms; the bodies of services are read by the services themselves."""
        if request.method != "POST" or views.is_service(request):
            return None
        if any("\x00" in str(value) for _, values in request.POST.lists() for value in values):
            return views.bad_request(request, SuspiciousOperation("NUL in a form"))
        return None


class Problems:
    """A declared error that a view let through becomes a page in a person's words."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, PlatformError):
            log.warning("%s: %s", exception.code, exception.detail)
            return views.failed(request, error=exception)
        if isinstance(exception, ExchangeError):
            log.warning("exchange: %s", exception)
            return views.unavailable(request)
        return None
