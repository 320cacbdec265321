"""The OpenID Provider as a relying party sees it: discovery, authorisation code with PKCE, ID token.

OpenID Connect Core 1.0 §3.1, RFC 7636 (PKCE), RFC 9207 (issuer in the answer). The rules are in
`verified_claims`; everything else moves bytes.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from saola_platform.errors import ConfigurationInvalid, PeerUnavailable, SignInFailed
from saola_platform.kernel import peers
from saola_platform.kernel.configuration import IdentitySettings, cached_secret, site
from saola_platform.kernel.signin.person import LEVELS, Level

SCOPES: Final = "openid profile personal_number"
FRESH: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What discovery says, with the keys that sign ID tokens."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    end_session_endpoint: str
    keys: dict[str, Any]
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Claims:
    """Who signed in, as the provider vouches."""

    sub: str
    personal_number: str
    name: str
    acr: Level


_cache: dict[str, Metadata] = {}


def settings() -> IdentitySettings:
    """The provider of this site; raises ConfigurationInvalid where people cannot sign in."""
    identity = site().identity
    if identity is None:
        raise ConfigurationInvalid("this site has no identity provider")
    return identity


def metadata(*, at: datetime, fresh: bool = False) -> Metadata:
    """The provider's metadata, at most ten minutes old; raises PeerUnavailable, SignInFailed."""
    issuer = settings().issuer
    known = _cache.get(issuer)
    if known is not None and not fresh and timedelta(0) <= at - known.fetched_at < FRESH:
        return known
    found = _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    # OpenID Connect Discovery §4.3: a provider may speak for itself only.
    if found.get("issuer") != issuer:
        raise SignInFailed("the identity provider names another issuer than the configuration")
    try:
        _cache[issuer] = Metadata(
            issuer=issuer,
            authorization_endpoint=str(found["authorization_endpoint"]),
            token_endpoint=str(found["token_endpoint"]),
            userinfo_endpoint=str(found["userinfo_endpoint"]),
            end_session_endpoint=str(found["end_session_endpoint"]),
            keys=_get(str(found["jwks_uri"])),
            fetched_at=at,
        )
    except KeyError as exc:
        raise PeerUnavailable(f"the identity provider's metadata lacks {exc}") from exc
    return _cache[issuer]


def authorization_url(
    *, provider: Metadata, redirect_uri: str, state: str, nonce: str, verifier: str, level: Level, language: str
) -> str:
    """Where the browser goes to sign in."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": settings().client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "acr_values": " ".join(LEVELS[LEVELS.index(level) :]),
        "ui_locales": language,
    }
    return f"{provider.authorization_endpoint}?{urlencode(query)}"


def redeem(*, provider: Metadata, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
    """The token answer for a code; raises SignInFailed, PeerUnavailable."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    answer = peers.request(
        method="POST",
        url=provider.token_endpoint,
        body=urlencode(form).encode(),
        headers={"Authorization": client_authorization(), "Content-Type": "application/x-www-form-urlencoded"},
    )
    if answer.status >= 500:
        raise PeerUnavailable(f"the identity provider cannot redeem a code now (status {answer.status})")
    if answer.status != 200:
        raise SignInFailed(f"the identity provider refused the code (status {answer.status})")
    return answer.json()


def client_authorization() -> str:
    """Our own authentication towards the provider."""
    identity = settings()
    return peers.basic(name=identity.client_id, secret=cached_secret(identity.client_secret_file))


def verified_claims(*, provider: Metadata, id_token: str, nonce: str, at: datetime) -> dict[str, Any]:
    """The ID token's claims after every check of OpenID Connect Core §3.1.3.7; raises SignInFailed."""
    registry = jwt.JWTClaimsRegistry(
        now=int(at.timestamp()),
        leeway=30,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": settings().client_id},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )
    try:
        token = jwt.decode(id_token, KeySet.import_key_set(provider.keys), algorithms=["ES256"])  # type: ignore[arg-type]
        registry.validate(token.claims)
    except (JoseError, ValueError, KeyError) as exc:
        raise SignInFailed(f"the ID token was refused: {exc}") from exc
    return dict(token.claims)


def userinfo(*, provider: Metadata, access_token: str, sub: str) -> dict[str, Any]:
    """The person's attributes; raises SignInFailed when they are another person's (Core §5.3.2)."""
    found = _get(provider.userinfo_endpoint, authorization=f"Bearer {access_token}")
    if found.get("sub") != sub:
        raise SignInFailed("the attributes belong to another account")
    return found


def claims_of(*, token: dict[str, Any], attributes: dict[str, Any]) -> Claims:
    """The person, from the ID token and the attributes; raises SignInFailed when something is missing."""
    merged = {**attributes, **token}
    acr = merged.get("acr")
    if acr not in LEVELS:
        raise SignInFailed("the identity provider did not say how surely it knows the person")
    if not merged.get("personal_number") or not merged.get("name"):
        raise SignInFailed("the identity provider did not give name and personal number")
    return Claims(sub=merged["sub"], personal_number=str(merged["personal_number"]), name=str(merged["name"]), acr=acr)


def _get(url: str, *, authorization: str | None = None) -> dict[str, Any]:
    headers = {"Accept": "application/json"} | ({"Authorization": authorization} if authorization else {})
    answer = peers.request(method="GET", url=url, headers=headers)
    if answer.status != 200:
        raise PeerUnavailable(f"the identity provider answered {answer.status} for {url}")
    return answer.json()


def forget() -> None:
    """Ask the provider for its metadata again at the next sign-in."""
    _cache.clear()
