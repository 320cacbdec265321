"""The edge: from errors to problem documents (RFC 9457), in one table. What is not known becomes a bare 500."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from saola_trust.errors import RequestRefused, ServiceUnavailable, TrustError

LOG = logging.getLogger("saola.trust")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class NotAllowed(RequestRefused):
    """No token, or not one that may do this."""

    code = "trust.not_allowed"
    remedy = "Send the right token as `Authorization: Bearer …`."


class NotFound(RequestRefused):
    """There is nothing of that name."""

    code = "trust.not_found"
    remedy = "Check the address."


class PinWrong(RequestRefused):
    """The PIN does not open the key."""

    code = "trust.pin_wrong"
    remedy = "Try again with the right PIN; after five wrong ones the key is locked for 15 minutes."

    def __init__(self, detail: str, *, tries_left: int) -> None:
        super().__init__(detail)
        self.members = {"tries_left": tries_left}


class CredentialLocked(RequestRefused):
    """Too many wrong PINs."""

    code = "trust.credential_locked"
    remedy = "Wait until the time in the detail, then try again with the right PIN."

    def __init__(self, detail: str, *, until: datetime) -> None:
        super().__init__(detail)
        self.members = {"locked_until": until.isoformat(timespec="seconds")}


class ActivationRefused(RequestRefused):
    """The activation does not allow this signature."""

    code = "trust.activation_refused"
    remedy = "Ask the identity provider for a new activation; each works once, for two minutes."


STATUS: list[tuple[type[TrustError], int]] = [
    (NotAllowed, 401),
    (NotFound, 404),
    (PinWrong, 403),
    (ActivationRefused, 403),
    (CredentialLocked, 423),
    (ServiceUnavailable, 503),
    (RequestRefused, 400),
]


@web.middleware
async def problem_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors as problem documents; an unknown error only with a reference number."""
    try:
        return await handler(request)
    except TrustError as exc:
        status = next(
            (number for kind, number in STATUS if isinstance(exc, kind)), 400 if exc.fault == "caller" else 500
        )
        members = getattr(exc, "members", {})
        return _problem(status, code=exc.code, detail=exc.detail, remedy=exc.remedy, members=members)
    except web.HTTPException as exc:
        if exc.status < 400:
            raise
        return _problem(exc.status, code=f"http.{exc.status}", detail=exc.reason, remedy="Check address and method.")
    except Exception:
        reference = secrets.token_hex(6)
        LOG.exception("reference %s: %s %s", reference, request.method, request.path)
        detail = f"Something went wrong here; reference {reference}."
        return _problem(500, code="trust.internal", detail=detail, remedy="Report the reference number.")


def _problem(
    status: int, *, code: str, detail: str, remedy: str, members: Mapping[str, object] | None = None
) -> web.Response:
    body: dict[str, object] = {
        "type": "about:blank",
        "title": code,
        "status": status,
        "detail": detail,
        "code": code,
        "remedy": remedy,
    }
    body |= members or {}
    headers = {"Retry-After": "5"} if status == 503 else {}
    return web.json_response(body, status=status, content_type="application/problem+json", headers=headers)


async def json_object(request: web.Request) -> dict[str, Any]:
    """The JSON object of the body; raises RequestRefused."""
    try:
        body = await request.json()
    except (ValueError, RecursionError) as exc:
        raise RequestRefused("the body is not JSON") from exc
    if not isinstance(body, dict):
        raise RequestRefused("the body should be a JSON object")
    return body


def text_field(body: dict[str, Any], name: str) -> str:
    """A text of the body that must be there; raises RequestRefused."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise RequestRefused(f"{name} should be a text")
    return value


def days_field(body: dict[str, Any], name: str, *, most: int, default: int) -> int:
    """A number of days from 1 to `most`; raises RequestRefused."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise RequestRefused(f"{name} should be a whole number from 1 to {most}")
    return value


def require_token(request: web.Request, tokens: Iterable[bytes]) -> None:
    """Raise NotAllowed unless the bearer token is one of these."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    allowed = [hmac.compare_digest(given.encode("utf-8", "replace"), token) for token in tokens]
    if kind.lower() != "bearer" or not any(allowed):
        raise NotAllowed("this needs a token that allows it")
