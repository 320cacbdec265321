"""ID tokens: what they say, and reading one that comes back as a hint."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from saola_identity.oidc.errors import AuthorizationRefused
from saola_identity.oidc.models import Code

LIVES: Final = timedelta(minutes=10)


def id_token(*, issuer: str, sub: str, code: Code, access_token: str, key: ECKey, at: datetime) -> str:
    """The signed ID token (OpenID Connect Core §2)."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": sub,
        "aud": code.client_id,
        "iat": int(at.timestamp()),
        "exp": int((at + LIVES).timestamp()),
        "auth_time": code.auth_time,
        "acr": code.acr,
        "amr": code.amr,
        "at_hash": _half_hash(access_token),
    }
    if code.nonce:
        claims["nonce"] = code.nonce
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])


def read_hint(*, token: str, issuer: str, keys: KeySet) -> dict[str, Any]:
    """The claims of an ID token of ours that came back as a hint; it may be over, but must be signed by us.

    Raises:
        AuthorizationRefused: it is not ours (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2).
    """
    try:
        claims = jwt.decode(token, keys, algorithms=["ES256"]).claims
    except (JoseError, ValueError, KeyError, TypeError) as exc:
        raise AuthorizationRefused("invalid_request", "id_token_hint is not an ID token of ours") from exc
    if claims.get("iss") != issuer or not isinstance(claims.get("sub"), str) or not isinstance(claims.get("aud"), str):
        raise AuthorizationRefused("invalid_request", "id_token_hint is not an ID token of ours")
    return dict(claims)


def _half_hash(value: str) -> str:
    # OpenID Connect Core §3.1.3.6: the left half of the hash that belongs to ES256.
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode("ascii")).digest()[:16]).rstrip(b"=").decode()
