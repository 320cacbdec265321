"""Authorisation requests: parsed once, refused when anything is missing, ambiguous or weak. No I/O.

OpenID Connect Core 1.0 §3.1.2.1, RFC 7636 (PKCE is required, S256 alone), RFC 6749 §3.1
(no parameter twice), RFC 9207 (the issuer stands in every answer).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from saola_identity.accounts.models import LEVELS
from saola_identity.authentication.session import SignIn
from saola_identity.configuration import Client
from saola_identity.oidc.errors import AuthorizationRefused

CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
PROMPTS: Final = frozenset({"none", "login", "select_account", "consent"})
LONGEST_VALUE: Final = 2048
Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that was found right. `started_at` is when it came, in seconds since 1970."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    nonce: str
    code_challenge: str
    prompts: tuple[str, ...]
    max_age: int | None
    acr_values: tuple[str, ...]
    login_hint: str
    id_token_hint: str
    ui_locales: tuple[str, ...]
    started_at: float

    def to_session(self) -> dict[str, Any]:
        """As the browser's session keeps it while the person signs in."""
        return asdict(self)

    @classmethod
    def from_session(cls, data: Mapping[str, Any]) -> AuthorizationRequest:
        """What `to_session` wrote."""
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
        }
        return cls(**values)


def addressee(*, parameters: Parameters, find: Callable[[str], Client | None]) -> tuple[Client, str]:
    """The client and where to answer it; nothing may be sent anywhere before both are known to be right.

    Raises:
        AuthorizationRefused: with `redirect` false.
    """
    client = find(_one(parameters, "client_id", redirect=False))
    if client is None:
        raise AuthorizationRefused("invalid_client", "the site that asks is not registered", redirect=False)
    redirect_uri = _one(parameters, "redirect_uri", redirect=False)
    # Letter by letter: RFC 9700 §2.1.
    if redirect_uri not in client.redirect_uris:
        raise AuthorizationRefused("invalid_request", "the address to return to is not registered", redirect=False)
    return client, redirect_uri


def parse(*, parameters: Parameters, client: Client, redirect_uri: str, at: datetime) -> AuthorizationRequest:
    """The request; raises AuthorizationRefused."""
    if _one(parameters, "response_type") != "code":
        raise AuthorizationRefused("unsupported_response_type", "response_type must be code")
    _refuse_unsupported(parameters)
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        scopes=_scopes(parameters, client),
        state=_one(parameters, "state"),
        nonce=_one(parameters, "nonce"),
        code_challenge=_challenge(parameters),
        prompts=_prompts(parameters),
        max_age=_max_age(parameters),
        acr_values=tuple(level for level in _words(parameters, "acr_values") if level in LEVELS),
        login_hint=_one(parameters, "login_hint"),
        id_token_hint=_one(parameters, "id_token_hint"),
        ui_locales=_words(parameters, "ui_locales"),
        started_at=at.timestamp(),
    )


Need = Literal["nothing", "sign-in", "stronger-sign-in"]


def need_of(*, request: AuthorizationRequest, signed_in: SignIn | None, at: datetime) -> Need:
    """What is missing before the request can be answered with the present sign-in."""
    if signed_in is None:
        return "sign-in"
    fresh = signed_in.at.timestamp() >= request.started_at
    if not fresh and {"login", "select_account"} & set(request.prompts):
        return "sign-in"
    # OpenID Connect Core §3.1.2.1: max_age=0 is the same as prompt=login.
    if not fresh and request.max_age is not None and at.timestamp() - signed_in.at.timestamp() >= request.max_age:
        return "sign-in"
    if request.acr_values and LEVELS.index(signed_in.acr) < min(LEVELS.index(level) for level in request.acr_values):
        return "stronger-sign-in" if fresh else "sign-in"
    return "nothing"


def answer_url(*, redirect_uri: str, issuer: str, state: str, values: Mapping[str, str]) -> str:
    """The redirect back to the site, with `iss` and `state`; what the URI held already stays."""
    parts = urlsplit(redirect_uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *values.items(), ("iss", issuer)]
    if state:
        query.append(("state", state))
    return urlunsplit(parts._replace(query=urlencode(query)))


def _one(parameters: Parameters, name: str, *, redirect: bool = True) -> str:
    values = parameters.get(name) or [""]
    if len(values) > 1:
        raise AuthorizationRefused("invalid_request", f"{name} stands there more than once", redirect=redirect)
    if len(values[0]) > LONGEST_VALUE or "\x00" in values[0]:
        raise AuthorizationRefused("invalid_request", f"{name} is too long or not text", redirect=redirect)
    return values[0]


def _words(parameters: Parameters, name: str) -> tuple[str, ...]:
    return tuple(_one(parameters, name).split())


def _refuse_unsupported(parameters: Parameters) -> None:
    for name in ("request", "request_uri", "registration"):
        if name in parameters:
            raise AuthorizationRefused(f"{name}_not_supported", f"{name} is not supported")
    if _one(parameters, "response_mode") not in {"", "query"}:
        raise AuthorizationRefused("invalid_request", "response_mode must be query")


def _scopes(parameters: Parameters, client: Client) -> tuple[str, ...]:
    scopes = _words(parameters, "scope")
    if "openid" not in scopes:
        raise AuthorizationRefused("invalid_scope", "scope must contain openid")
    # OpenID Connect Core §3.1.2.1: scopes that are not understood are left out; those not granted, too.
    return tuple(scope for scope in dict.fromkeys(scopes) if scope in client.scopes)


def _challenge(parameters: Parameters) -> str:
    challenge = _one(parameters, "code_challenge")
    if not challenge:
        raise AuthorizationRefused("invalid_request", "code_challenge is required (RFC 7636)")
    if _one(parameters, "code_challenge_method") != "S256":
        raise AuthorizationRefused("invalid_request", "code_challenge_method must be S256")
    if not CHALLENGE.fullmatch(challenge):
        raise AuthorizationRefused("invalid_request", "code_challenge is not a SHA-256 in base64url")
    return challenge


def _prompts(parameters: Parameters) -> tuple[str, ...]:
    prompts = _words(parameters, "prompt")
    if set(prompts) - PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise AuthorizationRefused("invalid_request", "prompt is not understood")
    return prompts


def _max_age(parameters: Parameters) -> int | None:
    value = _one(parameters, "max_age")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise AuthorizationRefused("invalid_request", "max_age must be a number of seconds")
    return int(value)
