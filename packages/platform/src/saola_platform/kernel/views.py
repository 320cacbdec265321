"""What a person, or a calling system, sees when something fails."""

from __future__ import annotations

import logging
import secrets
import sys
from urllib.parse import urlsplit

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from saola_theme import error_pages

from saola_platform.errors import PlatformError, Unavailable
from saola_platform.kernel import problems

log = logging.getLogger(__name__)


def local_address(request: HttpRequest, address: str) -> str:
    """`address` if it leads to this site, else the home page: nobody is sent elsewhere by a link of ours."""
    if not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return "/"
    parts = urlsplit(address)
    # Browsers read "//host" as another site, even when it is the path of an address of ours.
    return "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")


def explained(request: HttpRequest, *, status: int, title: str, paragraphs: list[str]) -> HttpResponse:
    """A page that says in a person's words what happened and what to do; the texts are translated already."""
    page = render_to_string("saola/error.html", {"title": title, "paragraphs": paragraphs}, request=request)
    return HttpResponse(page, status=status)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Something that this site depends on does not answer."""
    return explained(
        request,
        status=502,
        title=gettext("Another service does not answer"),
        paragraphs=[gettext("What you had already saved is kept. Try again in a few minutes.")],
    )


def failed(request: HttpRequest, *, error: PlatformError) -> HttpResponse:
    """The answer to a declared error: a problem document for machines, a page for people."""
    if is_service(request):
        return problems.problem(error)
    if error.leads_to is not None:
        return HttpResponseRedirect(error.leads_to)
    if error.status == 502:
        return unavailable(request)
    return error_pages.error_page(request=request, status=error.status)


def database_away(request: HttpRequest) -> HttpResponse:
    """The database is being restarted: trying again helps."""
    if not is_service(request):
        return error_pages.error_page(request=request, status=503)
    response = problems.problem(Unavailable())
    response.headers["Retry-After"] = str(error_pages.RETRY_AFTER_SECONDS)
    return response


def is_service(request: HttpRequest) -> bool:
    """Whether a machine asks: services stand below /services/."""
    return request.path.startswith("/services/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400; also for uploads that are larger than the site takes."""
    if is_service(request):
        return _problem(
            request, status=400, title="The request cannot be read", remedy="Check address, host and headers."
        )
    return error_pages.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    if is_service(request):
        return _problem(request, status=403, title="Not allowed", remedy="Ask the owner of this service for access.")
    return error_pages.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    if is_service(request):
        return _problem(
            request, status=404, title="No such service", remedy="See the service's description (openapi.json)."
        )
    return error_pages.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: a number that finds the line in the log, nothing more."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_away(request)
    if not is_service(request):
        return error_pages.server_error(request)
    reference = secrets.token_hex(4)
    log.error("reference %s: %s %s", reference, request.method, request.path)
    return problems.unexpected(reference=reference)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: a page left open too long, or cookies switched off."""
    log.info("csrf: %s %s", request.path, reason)
    return explained(
        request,
        status=403,
        title=gettext("Please send the form once more"),
        paragraphs=[
            gettext("The page was open for too long, or your browser keeps no cookies."),
            gettext("Go back, reload the page, and send it again."),
        ],
    )


def _problem(request: HttpRequest, *, status: int, title: str, remedy: str) -> HttpResponse:
    return problems.document(
        status=status, code=f"platform.http_{status}", title=title, detail=request.path, remedy=remedy
    )
