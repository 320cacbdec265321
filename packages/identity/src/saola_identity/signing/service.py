"""Which signer is in use, and the activation token that tells it what the person agreed to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from saola_identity.configuration import secret
from saola_identity.oidc.clients import configuration
from saola_identity.oidc.keys import read_key
from saola_identity.signing.signer import ACTIVATION_LIVES, HttpSigner, Signer

_in_place: list[Signer] = []


def signer() -> Signer:
    """The signer of the configuration, or the one a test put in place."""
    if _in_place:
        return _in_place[-1]
    found = configuration()
    return HttpSigner(
        url=found.signer_url,
        token=secret(found.signer_token_file),
        operator_token=secret(found.signer_operator_token_file or found.signer_token_file),
    )


@contextmanager
def using(other: Signer) -> Iterator[Signer]:
    """For tests: within the block `other` signs."""
    _in_place.append(other)
    try:
        yield other
    finally:
        _in_place.pop()


def activation_key() -> ECKey:
    """The key whose public half the signer knows; raises ConfigurationInvalid."""
    return read_key(configuration().activation_key_file)


def activation(
    *, owner: str, credential_id: str, hashes: Sequence[str], at: datetime, token_id: str, key: ECKey
) -> str:
    """A token for exactly these hashes and this credential, for a minute and a half (EN 419 241-1, SCAL2).

    `token_id` is random: the signer takes each once.
    """
    claims: dict[str, Any] = {
        "iss": "saola-identity",
        "aud": "saola-signer",
        "sub": owner,
        "credential": credential_id,
        "hashes": list(hashes),
        "iat": int(at.timestamp()),
        "exp": int((at + ACTIVATION_LIVES).timestamp()),
        "jti": token_id,
    }
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])
