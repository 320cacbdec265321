"""Services that this site offers to the exchange; only the own gateway may call them.

    @service(methods=["GET"])
    def read_record(request, caller, key): ...

The decorator checks the gateway's token, parses who calls and why into a `Caller`, and turns
every declared error into a problem document.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import unquote

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from saola_exchange.client import ExchangeError

from saola_platform.errors import (
    BodyRefused,
    HeaderMissing,
    MethodNotAllowed,
    NotFromGateway,
    PlatformError,
    Unavailable,
)
from saola_platform.kernel import problems
from saola_platform.kernel.configuration import cached_secret, site

P = ParamSpec("P")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls over the exchange, and on which ground; every value was signed with the message.

    `client` is "I/C/M/S"; `organisation` its member "I/C/M". `purpose` and `legal_ground` are
    empty only for services declared with `grounds=False`.
    """

    client: str
    message_id: str
    request_id: str
    purpose: str
    legal_ground: str
    data_subject: str | None
    dossier: str | None
    user_id: str | None
    idempotency_key: str | None

    @property
    def organisation(self) -> str:
        return "/".join(self.client.split("/")[:3])

    def key(self) -> str:
        """The idempotency key; raises HeaderMissing where the caller sent none."""
        if not self.idempotency_key:
            raise HeaderMissing("Idempotency-Key is missing: a write must be repeatable without harm")
        return self.idempotency_key


ServiceView = Callable[Concatenate[HttpRequest, Caller, P], HttpResponse]


def service(*, methods: Sequence[str], grounds: bool = True) -> Callable[[ServiceView[P]], Callable[..., HttpResponse]]:
    """Make a view a service. With `grounds`, calls without purpose and legal ground are refused."""

    def decorate(view: ServiceView[P]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                check_gateway(request)
                if request.method not in methods:
                    raise MethodNotAllowed(f"{request.method} is not among {', '.join(methods)}")
                return view(request, parse_caller(request, grounds=grounds), *args, **kwargs)
            except PlatformError as error:
                return problems.problem(error)
            except ExchangeError as error:
                return problems.exchange_problem(error)
            except (OperationalError, InterfaceError):
                log.warning("service %s: the database went away", request.path, exc_info=True)
                return problems.problem(Unavailable())
            except Exception:
                # The edge of the process: whatever it is, the caller gets a number and no detail.
                reference = secrets.token_hex(4)
                log.exception("service %s failed, reference %s", request.path, reference)
                return problems.unexpected(reference=reference)

        return wrapped

    return decorate


def check_gateway(request: HttpRequest) -> None:
    """Raise NotFromGateway unless the request carries our own gateway's token."""
    settings = site().exchange
    if settings is None or settings.gateway_token_file is None:
        raise NotFromGateway("no gateway token is configured, so nobody may call")
    expected = cached_secret(settings.gateway_token_file)
    given = request.headers.get("X-Saola-Gateway-Token", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotFromGateway("X-Saola-Gateway-Token is missing or wrong")


def parse_caller(request: HttpRequest, *, grounds: bool) -> Caller:
    """The caller from the request's headers; raises HeaderMissing, naming the header."""
    client = _required(request, "X-Road-Client")
    if len(client.split("/")) not in {3, 4} or not all(client.split("/")):
        raise HeaderMissing(f"X-Road-Client {client!r} is not INSTANCE/CLASS/MEMBER[/SUBSYSTEM]")
    read = _required if grounds else _optional
    return Caller(
        client=client,
        message_id=_required(request, "X-Road-Id"),
        request_id=_optional(request, "X-Road-Request-Id"),
        purpose=read(request, "Saola-Purpose"),
        legal_ground=read(request, "Saola-Legal-Ground"),
        data_subject=_optional(request, "Saola-Data-Subject") or None,
        dossier=_optional(request, "Saola-Dossier") or None,
        user_id=_optional(request, "X-Road-UserId") or None,
        idempotency_key=_optional(request, "Idempotency-Key") or None,
    )


def _optional(request: HttpRequest, name: str) -> str:
    try:
        value = unquote(request.headers.get(name, ""), errors="strict").strip()
    except UnicodeDecodeError as exc:
        raise HeaderMissing(f"{name} is not percent-encoded UTF-8") from exc
    # Neither PostgreSQL nor a log line takes control characters.
    if len(value) > 500 or any(ord(letter) < 32 for letter in value):
        raise HeaderMissing(f"{name} is longer than 500 characters or holds control characters")
    return value


def _required(request: HttpRequest, name: str) -> str:
    value = _optional(request, name)
    if not value:
        raise HeaderMissing(f"{name} is missing")
    return value


def json_object(request: HttpRequest) -> dict[str, Any]:
    """The body, which must be one JSON object; raises BodyRefused."""
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError) as exc:
        raise BodyRefused("the body is not JSON") from exc
    if not isinstance(value, dict):
        raise BodyRefused("the body must be a JSON object")
    # PostgreSQL's jsonb cannot hold this character, and no legitimate text contains it.
    if b"\\u0000" in request.body or b"\x00" in request.body:
        raise BodyRefused("the body holds a NUL character")
    return value
