"""The identity provider's signing API, as a site uses it. Every call authenticates as this site."""

from __future__ import annotations

import binascii
import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from django.utils.translation import get_language
from saola_trust.certificates import load_certificate
from saola_trust.errors import TrustError

from saola_platform.errors import SignatureFailed
from saola_platform.kernel import peers
from saola_platform.kernel.country import country
from saola_platform.kernel.signin import provider
from saola_platform.kernel.signing.values import CredentialKind, SigningCertificate, Status, ToSign

STATUSES: Final[tuple[Status, ...]] = get_args(Status)


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """A signing request that waits for the person at `url`."""

    request_id: str
    url: str


@dataclass(frozen=True, slots=True)
class RequestState:
    """`value` is the signature (DER) once `status` is "signed"."""

    status: Status
    value: bytes | None
    reason: str


def signing_certificate(*, sub: str, kind: CredentialKind) -> SigningCertificate:
    """The certificate with which this person would sign; raises SignatureFailed, PeerUnavailable."""
    answer = _call(method="GET", path=f"/api/signing-credentials?{urlencode({'sub': sub, 'kind': kind})}")
    return certificate_of([answer.get("certificate"), *_texts(answer.get("chain"))])


def certificate_of(pems: Sequence[object]) -> SigningCertificate:
    """Certificates from PEM texts, the signer's first; raises SignatureFailed."""
    try:
        own, *chain = [load_certificate(str(pem).encode()) for pem in pems]
    except TrustError as exc:
        raise SignatureFailed("the identity provider's certificate cannot be read") from exc
    if not chain:
        raise SignatureFailed("the identity provider did not name the issuer of the certificate")
    return SigningCertificate(certificate=own, chain=tuple(chain))


def open_request(
    *, sub: str, kind: CredentialKind, documents: Sequence[ToSign], digest: bytes, title: str, return_url: str
) -> OpenedRequest:
    """Ask for a signature over `digest` (SHA-256); raises SignatureFailed, PeerUnavailable."""
    body = {
        "sub": sub,
        "kind": kind,
        "title": title,
        "return_url": return_url,
        "hash": b64encode(digest).decode(),
        "hash_algorithm": "SHA-256",
        "documents": [
            {
                "name": document.name,
                "media_type": document.media_type,
                "sha256": b64encode(hashlib.sha256(document.content).digest()).decode(),
            }
            for document in documents
        ],
    }
    answer = _call(method="POST", path="/api/signing-requests", body=body)
    if not isinstance(answer.get("id"), str) or not isinstance(answer.get("url"), str):
        raise SignatureFailed("the identity provider's answer names no request")
    return OpenedRequest(request_id=answer["id"], url=_in_our_language(answer["url"]))


def state_of(*, request_id: str) -> RequestState:
    """How a request stands; raises SignatureFailed, PeerUnavailable."""
    answer = _call(method="GET", path=f"/api/signing-requests/{quote(request_id, safe='')}")
    status = next((known for known in STATUSES if known == answer.get("status")), None)
    if status is None:
        raise SignatureFailed("the identity provider's answer has no known status")
    try:
        value = b64decode(answer["signature"], validate=True) if status == "signed" else None
    except (KeyError, TypeError, binascii.Error) as exc:
        raise SignatureFailed("the identity provider's answer holds no signature") from exc
    return RequestState(status=status, value=value, reason=str(answer.get("reason") or ""))


def _in_our_language(url: str) -> str:
    """The address with the language of this request, which the identity provider's page then speaks."""
    try:
        parts = urlsplit(url)
    except ValueError as exc:
        raise SignatureFailed("the identity provider's answer names no address to sign at") from exc
    wish = urlencode({"ui_locales": get_language() or country().default_language})
    return urlunsplit(parts._replace(query=f"{parts.query}&{wish}" if parts.query else wish))


def _call(*, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    answer = peers.request(
        method=method,
        url=provider.settings().issuer.rstrip("/") + path,
        body=json.dumps(body).encode() if body is not None else None,
        headers={"Authorization": provider.client_authorization(), "Content-Type": "application/json"},
    )
    if answer.status not in {200, 201}:
        raise SignatureFailed(f"the identity provider answered {answer.status}: {_detail(answer)}")
    return answer.json()


def _detail(answer: peers.Answer) -> str:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return "no explanation"
    return str(found.get("detail", "no explanation"))[:300] if isinstance(found, dict) else "no explanation"


def _texts(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
