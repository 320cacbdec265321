"""Pairwise subjects: each sector knows a person by another name, so that sites cannot join what they know."""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from saola_identity.accounts.api import Account
from saola_identity.configuration import Client
from saola_identity.oidc.models import Subject


def pairwise(*, secret: bytes, sector: str, account_id: UUID) -> str:
    """HMAC-SHA-256(secret, sector ‖ 0 ‖ person), in base64url (OpenID Connect Core §8.1)."""
    digest = hmac.new(secret, sector.encode() + b"\x00" + account_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def subject_of(*, account: Account, client: Client, secret: bytes) -> str:
    """The name under which `client` knows the person; remembered, so that it can be traced back."""
    sector = client.sector_identifier
    sub = pairwise(secret=secret, sector=sector, account_id=account.pk)
    Subject.objects.get_or_create(sector=sector, account=account, defaults={"sub": sub})
    return sub


def account_behind(*, sub: str, client: Client) -> Account | None:
    """The person whom `client` knows by that name; only people who signed in there have one."""
    found = (
        Subject.objects.select_related("account")
        .filter(sector=client.sector_identifier, sub=sub, account__is_active=True)
        .first()
    )
    return found.account if found else None
