"""Passkeys (WebAuthn Level 3): what the browser is asked, and whether its answer holds.

The challenge is random, belongs to one browser session, is used once and lives five minutes.
User verification is required: possession and a PIN or fingerprint of the device are two factors.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from saola_identity.accounts.api import Account, Level, lower_level
from saola_identity.authentication.models import Passkey
from saola_identity.errors import SignInFailed

CHALLENGE_LIVES: Final = timedelta(minutes=5)
MOST: Final = 10


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """We ourselves, as an authenticator sees us."""

    issuer: str
    name: str

    @property
    def id(self) -> str:
        """The host name that passkeys are bound to."""
        return urlsplit(self.issuer).hostname or ""


def new_challenge(*, at: datetime) -> dict[str, Any]:
    """A challenge as the session keeps it."""
    return {"value": secrets.token_bytes(32).hex(), "until": (at + CHALLENGE_LIVES).timestamp()}


def challenge_of(kept: Any, *, at: datetime) -> bytes:
    """The kept challenge; raises SignInFailed when there is none or it is too old."""
    if not isinstance(kept, dict) or at.timestamp() >= kept["until"]:
        raise SignInFailed("the sign-in with a passkey took too long")
    return bytes.fromhex(kept["value"])


def registration_options(*, party: RelyingParty, account: Account, challenge: bytes) -> str:
    """JSON for `PublicKeyCredential.parseCreationOptionsFromJSON`."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        # WebAuthn §14.6.1: the handle must not tell who the person is.
        user_id=account.pk.bytes,
        user_name=account.full_name,
        user_display_name=account.full_name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=bytes(key.credential_id)) for key in account.passkeys.all()
        ],
    )
    return str(webauthn.options_to_json(options))


def register(
    *, party: RelyingParty, account: Account, credential: dict[str, Any], challenge: bytes, name: str, at: datetime
) -> Passkey:
    """Keep a new passkey of a signed-in person; raises SignInFailed."""
    if account.passkeys.count() >= MOST:
        raise SignInFailed(f"no more than {MOST} passkeys can be kept")
    try:
        found = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.issuer,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as exc:
        raise SignInFailed("the browser's answer does not hold") from exc
    if Passkey.objects.filter(credential_id=found.credential_id).exists():
        raise SignInFailed("this passkey is kept already")
    return Passkey.objects.create(
        account=account,
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        single_device=str(found.credential_device_type.value) == "single_device",
        name=name[:80],
        created_at=at,
    )


def authentication_options(*, party: RelyingParty, challenge: bytes) -> str:
    """JSON for `PublicKeyCredential.parseRequestOptionsFromJSON`; any passkey of ours that the device holds."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return str(webauthn.options_to_json(options))


def authenticate(*, party: RelyingParty, credential: dict[str, Any], challenge: bytes, at: datetime) -> Passkey:
    """The passkey that answered the challenge; raises SignInFailed. Keeps its counter."""
    try:
        key = Passkey.objects.select_related("account").get(
            credential_id=webauthn.base64url_to_bytes(str(credential["id"])), account__is_active=True
        )
    except (Passkey.DoesNotExist, KeyError, TypeError, ValueError) as exc:
        raise SignInFailed("this passkey is not known here") from exc
    try:
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.issuer,
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as exc:
        raise SignInFailed("the browser's answer does not hold") from exc
    _check_owner(key, credential)
    key.sign_count = found.new_sign_count
    key.last_used_at = at
    key.save(update_fields=["sign_count", "last_used_at"])
    return key


def _check_owner(key: Passkey, credential: dict[str, Any]) -> None:
    """WebAuthn §7.2 step 6: the person whom the device means is the one whose passkey it is."""
    handle = credential["response"].get("userHandle")
    if handle and webauthn.base64url_to_bytes(str(handle)) != key.account.pk.bytes:
        raise SignInFailed("this passkey belongs to another person")


def level_of(key: Passkey) -> Level:
    """How surely this sign-in knows the person: a key that can be copied between devices is not "high"."""
    return lower_level(key.account.level, "high" if key.single_device else "substantial")


def methods_of(key: Passkey) -> tuple[str, ...]:
    """Authentication methods (RFC 8176): a key, bound to hardware or not, and the person verified by the device."""
    return ("hwk" if key.single_device else "swk", "user", "mfa")


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object that the browser sent; raises SignInFailed."""
    try:
        data = json.loads(body)
    except ValueError as exc:
        raise SignInFailed("the browser's answer cannot be read") from exc
    if not isinstance(data, dict):
        raise SignInFailed("the browser's answer cannot be read")
    return data
