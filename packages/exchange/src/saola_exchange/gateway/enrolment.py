"""Getting a gateway its keys and certificates, from the certification authority's HTTP interface.

Can be run again at any time: keys that exist are kept, certificates that fit and have not run out
are kept, and only what is missing is made. Killed anywhere in between, the next run goes on.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from saola_trust.certificates import PrivateKey, load_certificate, load_private_key
from saola_trust.errors import TrustError

from .configuration import GatewayConfiguration
from .errors import EnrolmentFailed
from .keys import KeyFiles, Purpose, write_durably

PROFILES = {Purpose.AUTHENTICATION: "authentication", Purpose.SIGNING: "signing"}
VALID_DAYS = 730
RENEW_BEFORE = timedelta(days=30)
LARGEST_ANSWER = 256 * 1024


class Authority(Protocol):
    """What issues certificates."""

    def issue(self, order: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer an order (profile, subject, csr, valid_days) with `certificate` and `chain`, in PEM."""
        ...


@dataclass(frozen=True, slots=True)
class HttpAuthority:
    """The authority's operator interface at `url`, with the operator's token."""

    url: str
    token: str = field(repr=False)
    hierarchy: str = "government"

    def issue(self, order: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask for one certificate. Raises EnrolmentFailed."""
        address = urlsplit(self.url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            path = f"{address.path.rstrip('/')}/ca/{self.hierarchy}/certificates"
            connection.request("POST", path, body=json.dumps(order).encode(), headers=headers)
            with connection.getresponse() as answer:
                status, body = answer.status, answer.read(LARGEST_ANSWER)
            content = json.loads(body)
        except (OSError, http.client.HTTPException) as exc:
            raise EnrolmentFailed(f"the certification authority at {self.url} does not answer: {exc}") from exc
        except ValueError as exc:
            raise EnrolmentFailed(f"the certification authority answered {status}, and not with JSON") from exc
        finally:
            connection.close()
        # 200: the authority had issued for this key before; an earlier run was killed before it could keep the answer.
        if status not in {200, 201} or not isinstance(content, dict):
            told = content.get("detail") if isinstance(content, dict) else ""
            raise EnrolmentFailed(f"the certification authority refused ({status}): {told}")
        return content


@dataclass(frozen=True, slots=True)
class FakeAuthority:
    """Answers orders from a function of the order."""

    answer: Any
    orders: list[Mapping[str, Any]] = field(default_factory=list)

    def issue(self, order: Mapping[str, Any]) -> Mapping[str, Any]:
        """Keep the order, give the answer."""
        self.orders.append(order)
        result: Mapping[str, Any] = self.answer(order)
        return result


def enrol(*, configuration: GatewayConfiguration, authority: Authority, at: datetime) -> list[str]:
    """Make what is missing; says what was done, one line each. Raises EnrolmentFailed."""
    done: list[str] = []
    for purpose in Purpose:
        files = KeyFiles.of(data=configuration.data, purpose=purpose)
        if not files.key.exists():
            write_durably(files.key, _new_key(), secret=True)
            done.append(f"made {files.key}")
        key = _read_key(files.key)
        if not _has_good_certificate(files.certificate, key, at):
            _fetch_certificate(configuration, purpose, files, key, authority)
            done.append(f"received {files.certificate}")
    return done


def _new_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read_key(path: Path) -> PrivateKey:
    try:
        return load_private_key(path.read_bytes())
    except (TrustError, OSError) as exc:
        raise EnrolmentFailed(
            f"the key {path} cannot be read: {exc}",
            remedy="Restore the file from a backup, or remove it to start anew.",
        ) from exc


def _has_good_certificate(path: Path, key: PrivateKey, at: datetime) -> bool:
    try:
        certificate = load_certificate(path.read_bytes())
    except (TrustError, OSError):
        return False
    return certificate.public_key() == key.public_key() and at + RENEW_BEFORE < certificate.not_valid_after_utc


def _fetch_certificate(
    configuration: GatewayConfiguration, purpose: Purpose, files: KeyFiles, key: PrivateKey, authority: Authority
) -> None:
    server = configuration.server
    subject = {
        "instance": server.instance,
        "member_class": server.member_class,
        "member_code": server.member_code,
        "server_code": server.server_code if purpose is Purpose.AUTHENTICATION else None,
        "organisation": configuration.organisation,
        "country": configuration.country,
    }
    order = {
        "profile": PROFILES[purpose],
        "subject": subject,
        "csr": _request(key, server.server_code if purpose is Purpose.AUTHENTICATION else server.member_code),
        "valid_days": VALID_DAYS,
    }
    answer = authority.issue(order)
    try:
        certificate = load_certificate(str(answer["certificate"]).encode())
        chain = "".join(str(pem) for pem in answer["chain"])
    except (TrustError, KeyError, TypeError) as exc:
        raise EnrolmentFailed(f"the certification authority's answer cannot be used: {exc}") from exc
    if certificate.public_key() != key.public_key():
        raise EnrolmentFailed("the certification authority issued a certificate for another key")
    write_durably(files.chain, chain.encode())
    write_durably(files.certificate, certificate.public_bytes(Encoding.PEM))


def _request(key: PrivateKey, name: str) -> str:
    """A PKCS #10 request: proves possession of the key; the authority writes the subject itself."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode()
