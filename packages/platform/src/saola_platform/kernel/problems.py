"""Problem documents (RFC 9457): the one place where an error becomes an answer to a machine."""

from __future__ import annotations

from django.http import JsonResponse
from saola_exchange.client import ExchangeError

from saola_platform.errors import PlatformError

MEDIA_TYPE = "application/problem+json"


def problem(error: PlatformError) -> JsonResponse:
    """The answer to a service call that failed with `error`."""
    return document(status=error.status, code=error.code, title=error.title, detail=error.detail, remedy=error.advice)


def exchange_problem(error: ExchangeError) -> JsonResponse:
    """The answer when a call of ours over the exchange brought nothing."""
    return document(
        status=502,
        code=f"exchange.{error.code}",
        title="A call to another organisation brought no answer",
        detail=str(error),
        remedy=error.remedy,
    )


def unexpected(*, reference: str) -> JsonResponse:
    """The answer to a defect: nothing but a number that finds it in the log."""
    return document(
        status=500,
        code="platform.unexpected",
        title="Something unexpected happened",
        detail=f"Reference {reference}.",
        remedy="Tell the operator of this service the reference.",
    )


def document(*, status: int, code: str, title: str, detail: str, remedy: str) -> JsonResponse:
    """A problem document; `type` is a URN made from the code, so that it never dangles."""
    return JsonResponse(
        {
            "type": f"urn:saola:problem:{code}",
            "title": title,
            "status": status,
            "detail": detail,
            "code": code,
            "remedy": remedy,
        },
        status=status,
        content_type=MEDIA_TYPE,
    )
