"""Giving out codes and redeeming them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from saola_identity.accounts.api import Account, record
from saola_identity.authentication.session import SignIn
from saola_identity.configuration import Client
from saola_identity.oidc.authorization import AuthorizationRequest
from saola_identity.oidc.errors import TokenRefused
from saola_identity.oidc.models import AccessToken, Code

CODE_LIVES: Final = timedelta(seconds=60)
TOKEN_LIVES: Final = timedelta(minutes=10)
KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A code that was accepted, and the access token that came of it."""

    code: Code
    access_token: str


def give_code(*, request: AuthorizationRequest, account: Account, signed_in: SignIn, at: datetime) -> str:
    """A code for the site to redeem within a minute. Old ones are cleared away on the way."""
    code = secrets.token_urlsafe(32)
    Code.objects.filter(expires_at__lt=at - KEPT).delete()
    Code.objects.create(
        digest=digest(code),
        client_id=request.client_id,
        account=account,
        redirect_uri=request.redirect_uri,
        scopes=list(request.scopes),
        nonce=request.nonce,
        code_challenge=request.code_challenge,
        auth_time=signed_in.auth_time,
        acr=signed_in.acr,
        amr=list(signed_in.amr),
        expires_at=at + CODE_LIVES,
    )
    record(
        kind="attributes-given",
        account=account,
        at=at,
        client_id=request.client_id,
        detail={"scopes": list(request.scopes), "acr": signed_in.acr, "amr": list(signed_in.amr)},
    )
    return code


def redeem(*, code: str, client: Client, redirect_uri: str, verifier: str, at: datetime) -> Redeemed:
    """Use a code, once. A second use revokes what the first one brought (RFC 6749 §4.1.2).

    Raises:
        TokenRefused: `invalid_grant`, whatever of it is wrong.
    """
    with transaction.atomic():
        found = (
            Code.objects.select_for_update(of=("self",)).select_related("account").filter(digest=digest(code)).first()
        )
        if found is None or found.client_id != client.client_id:
            raise TokenRefused("invalid_grant", "the code is not known")
        if found.used_at is None:
            _check(found, redirect_uri=redirect_uri, verifier=verifier, at=at)
            found.used_at = at
            found.save(update_fields=["used_at"])
            return Redeemed(code=found, access_token=_new_token(found, at=at))
    # Outside the transaction: the refusal must not undo the revocation.
    found.tokens.filter(revoked_at=None).update(revoked_at=at)
    record(kind="code-reused", account=found.account, at=at, client_id=client.client_id)
    raise TokenRefused("invalid_grant", "the code was used before; what it brought is revoked")


def token_behind(*, value: str, at: datetime) -> AccessToken:
    """The access token of that value; raises TokenRefused when it is unknown, over or revoked."""
    found = AccessToken.objects.select_related("code__account").filter(digest=digest(value)).first()
    if found is None or found.revoked_at is not None or at >= found.expires_at or not found.code.account.is_active:
        raise TokenRefused("invalid_token", "the access token is not valid", status=401)
    return found


def digest(value: str) -> str:
    """What is kept instead of a code or token."""
    return hashlib.sha256(value.encode()).hexdigest()


def _check(code: Code, *, redirect_uri: str, verifier: str, at: datetime) -> None:
    if at >= code.expires_at:
        raise TokenRefused("invalid_grant", "the code is too old")
    if redirect_uri != code.redirect_uri:
        raise TokenRefused("invalid_grant", "redirect_uri is another one than in the authorisation request")
    # RFC 7636 §4.1: 43 to 128 characters. §4.6: compare with the challenge.
    if not 43 <= len(verifier) <= 128 or not verifier.isascii():
        raise TokenRefused("invalid_grant", "code_verifier is missing or malformed")
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if not hmac.compare_digest(hashed, code.code_challenge):
        raise TokenRefused("invalid_grant", "code_verifier does not fit")


def _new_token(code: Code, *, at: datetime) -> str:
    value = secrets.token_urlsafe(32)
    AccessToken.objects.create(digest=digest(value), code=code, expires_at=at + TOKEN_LIVES)
    return value
