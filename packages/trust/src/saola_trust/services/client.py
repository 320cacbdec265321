"""Clients of the trust services on the standard library: synchronous, with timeouts, foreign errors translated.

`HttpEvidence` is the `EvidenceSource` over the wire. `SignerClient` reaches keys that lie in the signer
service, `AuthorityClient` asks the CA for certificates.
"""

from __future__ import annotations

import http.client
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from saola_trust.certificates import load_certificate
from saola_trust.errors import MalformedCertificate, RequestRefused, ServiceUnavailable, TrustError
from saola_trust.revocation import build_request, verify_response
from saola_trust.services.evidence import EvidenceSource, complete_lt
from saola_trust.timestamps import request, token_of
from saola_trust.trustlist import TrustedServices, parse_and_verify

LARGEST_ANSWER = 8 * 1024 * 1024

__all__ = [
    "AuthorityClient",
    "Credential",
    "EvidenceSource",
    "HttpEvidence",
    "IssuedCertificate",
    "SignerClient",
    "complete_lt",
    "fetch_ocsp",
    "fetch_timestamp",
    "fetch_trustlist",
    "read_trustlist",
]


@dataclass(frozen=True, slots=True)
class HttpEvidence:
    """Time stamps from `tsa_url`; OCSP from the address in each certificate (AIA). `timeout` in seconds."""

    tsa_url: str
    timeout: float = 10.0

    def timestamp(self, digest: bytes) -> bytes:
        """See `EvidenceSource`."""
        return fetch_timestamp(self.tsa_url, digest, timeout=self.timeout)

    def ocsp(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
        """See `EvidenceSource`."""
        return fetch_ocsp(ocsp_url_of(certificate), certificate, issuer, timeout=self.timeout)


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """What the CA answers: the certificate, and its issuers up to the root."""

    serial: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Credential:
    """A key in the signer service. `status` is ``active``, ``locked`` or ``revoked``."""

    credential_id: str
    kind: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    status: str


@dataclass(frozen=True, slots=True)
class AuthorityClient:
    """The CA at `url`, for an operator."""

    url: str
    token: str = field(repr=False)
    timeout: float = 30.0

    def issue(
        self, *, hierarchy: str, profile: str, subject: Mapping[str, str | None], csr_pem: str, valid_days: int
    ) -> IssuedCertificate:
        """A certificate for the key of the request; raises RequestRefused or ServiceUnavailable."""
        body = {"profile": profile, "subject": dict(subject), "csr": csr_pem, "valid_days": valid_days}
        answer = _json("POST", f"{self.url}/ca/{hierarchy}/certificates", body, token=self.token, timeout=self.timeout)
        certificate, chain = _chain(answer)
        return IssuedCertificate(str(answer["serial"]), certificate, chain)

    def revoke(self, *, hierarchy: str, serial: str, reason: str = "unspecified") -> None:
        """Revoke; revoking again is no error."""
        address = f"{self.url}/ca/{hierarchy}/certificates/{serial}/revoke"
        _json("POST", address, {"reason": reason}, token=self.token, timeout=self.timeout)

    def listing(self, *, hierarchy: str) -> list[dict[str, Any]]:
        """What was issued, newest first."""
        address = f"{self.url}/ca/{hierarchy}/certificates"
        return list(_json("GET", address, None, token=self.token, timeout=self.timeout)["items"])


@dataclass(frozen=True, slots=True)
class SignerClient:
    """The signer service at `url`, with the token of an operator, of identity, or of an organisation's seal."""

    url: str
    token: str = field(repr=False)
    timeout: float = 30.0

    def create(
        self,
        *,
        owner: str,
        kind: str,
        hierarchy: str,
        subject: Mapping[str, str | None],
        pin: str | None,
        valid_days: int = 730,
    ) -> Credential:
        """The one credential of this owner and kind: made now, or made before. Operator's token."""
        body = {
            "owner": owner,
            "kind": kind,
            "hierarchy": hierarchy,
            "subject": dict(subject),
            "pin": pin,
            "valid_days": valid_days,
        }
        answer = _json("POST", f"{self.url}/signer/credentials", body, token=self.token, timeout=self.timeout)
        return _credential(answer)

    def of(self, *, owner: str) -> tuple[Credential, ...]:
        """The credentials of an owner."""
        address = f"{self.url}/signer/credentials?owner={quote(owner, safe='')}"
        answer = _json("GET", address, None, token=self.token, timeout=self.timeout)
        return tuple(_credential(item) for item in answer.get("items", []))

    def sign(self, *, credential_id: str, hashes: Sequence[bytes], activation: str, pin: str) -> list[bytes]:
        """ECDSA signatures (DER) over SHA-256 digests. Raises RequestRefused (wrong PIN, locked, activation used)."""
        body = {"hashes": _encoded(hashes), "hash_algorithm": "SHA-256", "activation": activation, "pin": pin}
        return self._signatures(credential_id, "signatures", body)

    def seal(self, *, credential_id: str, hashes: Sequence[bytes]) -> list[bytes]:
        """Like `sign`, for an organisation's seal; the token is that organisation's seal token."""
        return self._signatures(credential_id, "seals", {"hashes": _encoded(hashes), "hash_algorithm": "SHA-256"})

    def _signatures(self, credential_id: str, action: str, body: dict[str, Any]) -> list[bytes]:
        address = f"{self.url}/signer/credentials/{quote(credential_id, safe='')}/{action}"
        answer = _json("POST", address, body, token=self.token, timeout=self.timeout)
        return [b64decode(value) for value in answer["signatures"]]


def fetch_timestamp(url: str, digest: bytes, *, hash_name: str = "SHA-256", timeout: float = 10.0) -> bytes:
    """A token over the digest from a time-stamping authority; its nonce and digest are checked, its signer is not."""
    asked = request(digest, hash_name=hash_name, nonce=secrets.randbits(63))
    status, answer = _exchange("POST", url, asked, "application/timestamp-query", timeout=timeout)
    if status != 200:
        raise ServiceUnavailable(f"the time-stamping authority answered HTTP {status}")
    return token_of(answer, asked=asked)


def fetch_ocsp(url: str, certificate: x509.Certificate, issuer: x509.Certificate, *, timeout: float = 10.0) -> bytes:
    """An OCSP response that answers this request and is properly signed; it may say revoked."""
    nonce = secrets.token_bytes(32)
    asked = build_request(certificate=certificate, issuer=issuer, nonce=nonce)
    status, answer = _exchange("POST", url, asked, "application/ocsp-request", timeout=timeout)
    if status != 200:
        raise ServiceUnavailable(f"the OCSP responder answered HTTP {status}")
    verify_response(answer, certificate=certificate, issuer=issuer, nonce=nonce)
    return answer


def fetch_trustlist(url: str, *, timeout: float = 10.0) -> bytes:
    """The bytes of a trusted list; verify them with `saola_trust.trustlist.parse_and_verify`."""
    status, answer = _exchange("GET", url, None, None, timeout=timeout)
    if status != 200:
        raise ServiceUnavailable(f"the trusted list answered HTTP {status}")
    return answer


def read_trustlist(
    url: str, *, operator_certificate: x509.Certificate, at: datetime, timeout: float = 10.0
) -> TrustedServices:
    """The verified services of the list at this address; raises ServiceUnavailable or TrustListInvalid."""
    return parse_and_verify(fetch_trustlist(url, timeout=timeout), operator_certificate=operator_certificate, at=at)


def ocsp_url_of(certificate: x509.Certificate) -> str:
    """The responder's address in the certificate; raises MalformedCertificate when it names none."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound as exc:
        raise MalformedCertificate("the certificate names no OCSP responder") from exc
    for description in access:
        if description.access_method == AuthorityInformationAccessOID.OCSP:
            return str(description.access_location.value)
    raise MalformedCertificate("the certificate names no OCSP responder")


def _json(method: str, url: str, body: object, *, token: str, timeout: float) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    status, answer = _exchange(method, url, data, "application/json", token=token, timeout=timeout)
    try:
        parsed = json.loads(answer)
    except ValueError as exc:
        raise ServiceUnavailable(f"{url} answered HTTP {status} without JSON") from exc
    if not isinstance(parsed, dict):
        raise ServiceUnavailable(f"{url} answered something else than an object")
    if status in {200, 201}:
        return parsed
    if status >= 500:
        raise ServiceUnavailable(str(parsed.get("detail") or f"{url} answered HTTP {status}"))
    raise ServiceRefused(str(parsed.get("detail") or f"HTTP {status}"), service_code=str(parsed.get("code") or ""))


class ServiceRefused(RequestRefused):
    """A service said no. `service_code` is the code of its problem document, such as ``trust.pin_wrong``."""

    def __init__(self, detail: str, *, service_code: str) -> None:
        super().__init__(detail)
        self.service_code = service_code


def _exchange(
    method: str, url: str, body: bytes | None, media_type: str | None, *, timeout: float, token: str | None = None
) -> tuple[int, bytes]:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RequestRefused(f"{url!r} is not an http or https address")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {} if media_type is None else {"Content-Type": media_type}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = kind(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request(method, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        response = connection.getresponse()
        data = response.read(LARGEST_ANSWER + 1)
    except (OSError, http.client.HTTPException) as exc:
        reason = (exc.strerror if isinstance(exc, OSError) else None) or exc
        raise ServiceUnavailable(f"{parts.scheme}://{parts.netloc} cannot be reached: {reason}") from exc
    finally:
        connection.close()
    if len(data) > LARGEST_ANSWER:
        raise ServiceUnavailable(f"{parts.netloc} answered more than {LARGEST_ANSWER} bytes")
    return response.status, data


def _credential(answer: Mapping[str, Any]) -> Credential:
    certificate, chain = _chain(answer)
    return Credential(str(answer["credential_id"]), str(answer["kind"]), certificate, chain, str(answer["status"]))


def _chain(answer: Mapping[str, Any]) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    try:
        certificate = load_certificate(str(answer["certificate"]).encode())
        return certificate, tuple(load_certificate(str(item).encode()) for item in answer["chain"])
    except (KeyError, TypeError, TrustError) as exc:
        raise ServiceUnavailable("the service answered without a readable certificate") from exc


def _encoded(hashes: Sequence[bytes]) -> list[str]:
    return [b64encode(value).decode("ascii") for value in hashes]
