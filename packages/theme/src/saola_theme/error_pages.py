"""Error pages in a person's words, each with a reference number that also stands in the log.

A site names them in its root URL configuration (``handler400`` … ``handler500``) and
``csrf_failure`` in CSRF_FAILURE_VIEW. What went wrong inside is never shown.
"""

from __future__ import annotations

import logging
import secrets
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)
RETRY_AFTER_SECONDS = 5


def _words(status: int) -> tuple[str, list[str]]:
    match status:
        case 400:
            return _("We could not read that request"), [
                _("The address or what was sent is not complete."),
                _("Go back one page and try again. If you followed a link, it may have been cut off."),
            ]
        case 403:
            return _("You cannot open this page"), [
                _("The page is for other people, or it was open for too long before you sent it."),
                _("Sign in again, go back to where you were, and try once more."),
            ]
        case 404:
            return _("Page not found"), [
                _("If you typed the address, check that it is right. If you followed a link, the page may have moved."),
            ]
        case 413:
            return _("That file is too large"), [
                _("Choose a smaller file, or take the photo again at a lower quality, and send it again."),
            ]
        case 503:
            return _("This service is not available at the moment"), [
                _("What you had already saved is kept. Try again in a few seconds."),
            ]
        case _other:
            return _("Sorry, something went wrong on our side"), [
                _("What you had already saved is kept. Try again in a few minutes."),
            ]


def error_page(*, request: HttpRequest | None, status: int) -> HttpResponse:
    """The page for one status (400, 403, 404, 413, 500, 503); logs its reference number and the path asked for."""
    reference = secrets.token_hex(4).upper()
    level = logging.ERROR if status >= 500 else logging.INFO
    log.log(level, "error page %s, reference %s, for %r", status, reference, getattr(request, "path", ""))
    title, paragraphs = _words(status)
    values = {"title": title, "paragraphs": paragraphs, "reference": reference, "status": status}
    # A page about a failure of ours runs no context processor: one of them may be what failed.
    page = loader.render_to_string("saola/error.html", values, request if status < 500 else None)
    answer = HttpResponse(page, status=status)
    if status == 503:
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Handler of status 400; of 413 when an upload was larger than the site allows.

    Django also calls a session interrupted, and the request bad, when the database went away before it was saved.
    """
    if _database_away(exception):
        return error_page(request=request, status=503)
    return error_page(request=request, status=413 if type(exception).__name__ == "RequestDataTooBig" else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Handler of status 403."""
    return error_page(request=request, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django passes it
    """A form without the right token: an expired page, or another site's form."""
    return error_page(request=request, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Handler of status 404."""
    return error_page(request=request, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Handler of status 500; 503 while the database is away, because then trying again helps."""
    return error_page(request=request, status=503 if _database_away(sys.exc_info()[1]) else 500)


def _database_away(error: BaseException | None) -> bool:
    """Whether a connection to the database that failed is behind this."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        error = error.__cause__ or error.__context__
    return False
