"""The activation: identity's proof that this person, signed in just now, wants these very hashes signed.

A JWT (ES256) of the identity provider. It names the credential and the hashes, lives two minutes at most
and works once; together with the PIN it is what brings a key under the sole control of its owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from saola_trust.services.problems import ActivationRefused

ISSUER, AUDIENCE = "saola-identity", "saola-signer"
LONGEST_LIFE = timedelta(seconds=120)
CLOCK_SKEW = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Activation:
    """An activation whose signature fits: who wants which hashes (base64) signed with which credential."""

    owner: str
    credential: str
    hashes: tuple[str, ...]
    jti: str
    expires_at: datetime


def read_activation(token: str, *, key: ECKey, at: datetime) -> Activation:
    """Verify and read; raises ActivationRefused."""
    try:
        claims = jwt.decode(token, key, algorithms=["ES256"]).claims
    except (JoseError, ValueError, TypeError, KeyError) as exc:
        raise ActivationRefused("the activation is not signed by the identity provider") from exc
    if claims.get("iss") != ISSUER or claims.get("aud") not in (AUDIENCE, [AUDIENCE]):
        raise ActivationRefused("the activation is not meant for this service")
    activation = _activation(claims)
    if not at - CLOCK_SKEW <= activation.expires_at <= at + LONGEST_LIFE + CLOCK_SKEW:
        raise ActivationRefused("the activation has expired, or would live longer than two minutes")
    return activation


def check_scope(activation: Activation, *, owner: str, credential: str, hashes: Sequence[str]) -> None:
    """Raise ActivationRefused unless the activation is about exactly this."""
    if (activation.owner, activation.credential, activation.hashes) != (owner, credential, tuple(hashes)):
        raise ActivationRefused("the activation is about another key or another document")


def _activation(claims: dict[str, Any]) -> Activation:
    hashes, expiry = claims.get("hashes"), claims.get("exp")
    texts = [claims.get(name) for name in ("sub", "credential", "jti")]
    good = all(isinstance(text, str) and 0 < len(text) <= 200 for text in texts) and isinstance(hashes, list)
    if not good or not all(isinstance(item, str) for item in hashes or []) or isinstance(expiry, bool):
        raise ActivationRefused("the activation lacks sub, credential, hashes or jti")
    if not isinstance(expiry, int) or not 0 < expiry < 2**40:
        raise ActivationRefused("the activation lacks a time of expiry")
    return Activation(
        str(texts[0]), str(texts[1]), tuple(hashes or ()), str(texts[2]), datetime.fromtimestamp(expiry, UTC)
    )
