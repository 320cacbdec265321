"""Asking for a signature, and the person's decision."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.db import transaction

from saola_identity.accounts.api import Account, record
from saola_identity.configuration import Client
from saola_identity.errors import CredentialLocked, NoCredential, NotForYou, NotFound, PinWrong, RequestRefused
from saola_identity.oidc.subjects import account_behind
from saola_identity.signing.asking import SignatureWanted
from saola_identity.signing.models import SigningRequest
from saola_identity.signing.service import activation, activation_key, signer
from saola_identity.signing.signer import Credential, Kind

LIVES: Final = timedelta(minutes=10)
LONGEST_REASON: Final = 500


def person_of(*, sub: str, client: Client) -> Account:
    """The person whom the site means; raises NotFound for a name it cannot know."""
    account = account_behind(sub=sub, client=client)
    if account is None:
        raise NotFound("nobody of that sub has signed in to this site")
    return account


def credential_of(*, account: Account, kind: Kind) -> Credential:
    """The person's signing key of a kind; raises NoCredential, SignerUnavailable."""
    for credential in signer().credentials(account.personal_number):
        if credential.kind == kind:
            return credential
    raise NoCredential


def ask(*, wanted: SignatureWanted, client: Client, at: datetime) -> tuple[SigningRequest, Credential]:
    """Keep a request for ten minutes; raises NotFound, NoCredential, SignerUnavailable."""
    account = person_of(sub=wanted.sub, client=client)
    credential = credential_of(account=account, kind=wanted.kind)
    kept = SigningRequest.objects.create(
        client_id=client.client_id,
        account=account,
        kind=wanted.kind,
        credential_id=credential.id,
        certificate=credential.certificate,
        title=wanted.title,
        documents=wanted.documents_as_json(),
        hash=wanted.hash,
        return_url=wanted.return_url,
        created_at=at,
        expires_at=at + LIVES,
    )
    _record(kept, "signature-asked", at=at)
    return kept, credential


def sign(*, request_id: UUID, account: Account, pin: str, at: datetime) -> SigningRequest:
    """Have the signer sign, with the person's PIN. The row is locked meanwhile: a request is decided once.

    Raises:
        PinWrong, CredentialLocked, SignerUnavailable: the request still waits.
        RequestRefused: it was decided before, is too old or replaced by a newer one.
    """
    try:
        with transaction.atomic():
            kept = _open(request_id=request_id, account=account, at=at)
            token = activation(
                owner=account.personal_number,
                credential_id=kept.credential_id,
                hashes=[kept.hash],
                at=at,
                token_id=secrets.token_urlsafe(18),
                key=activation_key(),
            )
            (kept.signature,) = signer().sign(
                credential_id=kept.credential_id, hashes=[kept.hash], activation=token, pin=pin
            )
            _decide(kept, "signed", at=at)
            _record(kept, "signature-made", at=at)
            return kept
    except (PinWrong, CredentialLocked) as exc:
        # After the transaction was undone, so that the record of the attempt stays.
        failed = SigningRequest.objects.get(pk=request_id)
        _record(failed, "pin-wrong" if isinstance(exc, PinWrong) else "key-locked", at=at)
        raise


def refuse(*, request_id: UUID, account: Account, reason: str, at: datetime) -> SigningRequest:
    """The person does not want to sign; the reason goes to the site. Raises RequestRefused."""
    with transaction.atomic():
        kept = _open(request_id=request_id, account=account, at=at)
        kept.reason = reason.strip()[:LONGEST_REASON]
        _decide(kept, "refused", at=at)
        _record(kept, "signature-refused", at=at)
    return kept


def of_person(*, request_id: UUID, account: Account) -> SigningRequest:
    """The request, for the person meant alone; raises NotFound, NotForYou."""
    kept = SigningRequest.objects.filter(pk=request_id).first()
    if kept is None:
        raise NotFound("there is no such signing request")
    if kept.account_id != account.pk:
        raise NotForYou
    return kept


def of_client(*, request_id: UUID, client: Client) -> SigningRequest:
    """The request, for the site that asked alone; raises NotFound."""
    kept = SigningRequest.objects.filter(pk=request_id, client_id=client.client_id).first()
    if kept is None:
        raise NotFound("there is no such signing request of this site")
    return kept


def newer_than(kept: SigningRequest) -> SigningRequest | None:
    """The newest request by which the site replaced one that nobody decided, None when it still counts.

    A site that asks again for the same thing (same title, same address to return to) waits for the newer alone.
    """
    if kept.status != "waiting":
        return None
    same = SigningRequest.objects.filter(
        client_id=kept.client_id,
        account=kept.account_id,
        kind=kept.kind,
        title=kept.title,
        return_url=kept.return_url,
        created_at__gt=kept.created_at,
    )
    return same.order_by("-created_at").first()


def return_address(kept: SigningRequest) -> str:
    """Where the browser goes afterwards: the site's address with `signing_request` added."""
    parts = urlsplit(kept.return_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("signing_request", str(kept.pk))]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _open(*, request_id: UUID, account: Account, at: datetime) -> SigningRequest:
    kept = SigningRequest.objects.select_for_update().filter(pk=request_id, account=account).first()
    if kept is None:
        raise NotForYou
    if kept.status_at(at) != "waiting":
        raise RequestRefused(f"this request is {kept.status_at(at)}")
    if newer_than(kept) is not None:
        raise RequestRefused("the site asked anew for the same: this request is replaced")
    return kept


def _decide(kept: SigningRequest, status: str, *, at: datetime) -> None:
    kept.status = status
    kept.decided_at = at
    kept.save(update_fields=["status", "decided_at", "signature", "reason"])


def _record(kept: SigningRequest, kind: str, *, at: datetime) -> None:
    detail = {"title": kept.title, "request": str(kept.pk), "hash": kept.hash, "kind": kept.kind}
    record(kind=kind, account=kept.account, at=at, client_id=kept.client_id, detail=detail)
