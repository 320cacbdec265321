"""The seam between what is signed and where the key lies.

`Signer` has two members; a key in a file (`SoftwareSigner`), in an HSM or behind a remote service
looks the same from outside. `FakeSigner` is for tests: a key made from a seed, and a certificate by itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from saola_trust.certificates import (
    Issuer,
    PrivateKey,
    Profile,
    SignatureAlgorithm,
    algorithm_for_key,
    issue,
    load_certificate,
    load_private_key,
    sign,
)
from saola_trust.errors import KeyUnavailable


class Signer(Protocol):
    """A key that can sign, and the certificate that says whose it is."""

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate of the key."""

    def sign(self, data: bytes, *, algorithm: SignatureAlgorithm | None = None) -> bytes:
        """Sign the data (hashing it); RSA as is, ECDSA in DER. Without an algorithm: SHA-256 and what fits the key."""


@dataclass(frozen=True, slots=True)
class SoftwareSigner:
    """A key held in memory."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if self.certificate.public_key() != self.key.public_key():
            raise KeyUnavailable("the certificate is not about this key")

    @classmethod
    def from_files(cls, *, certificate: Path, key: Path, password: bytes | None = None) -> SoftwareSigner:
        """Read PEM or DER files; raises KeyUnavailable or MalformedCertificate with the reason."""
        try:
            certificate_data, key_data = certificate.read_bytes(), key.read_bytes()
        except OSError as exc:
            raise KeyUnavailable(f"cannot read {exc.filename}: {exc.strerror}") from exc
        return cls(load_certificate(certificate_data), load_private_key(key_data, password=password))

    def sign(self, data: bytes, *, algorithm: SignatureAlgorithm | None = None) -> bytes:
        """Sign the data with the key; see `Signer`."""
        return sign(data, key=self.key, algorithm=algorithm or algorithm_for_key(self.key))


def FakeSigner(  # noqa: N802 - stands for a class, as the other signers are
    name: str = "Fake signer",
    *,
    profile: Profile = "signing",
    issuer: Issuer | None = None,
    not_before: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    not_after: datetime = datetime(2036, 1, 1, tzinfo=UTC),
    subject: x509.Name | None = None,
) -> SoftwareSigner:
    """A signer for tests whose key follows from its name, so that two runs give the same bytes."""
    seed = hashlib.sha256(name.encode()).digest()
    key = ec.derive_private_key(int.from_bytes(seed[:31], "big") + 1, ec.SECP256R1())
    subject = subject or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    own = x509.CertificateBuilder(issuer_name=subject, subject_name=subject, public_key=key.public_key())
    if issuer is None:
        from cryptography.hazmat.primitives import hashes

        certificate = (
            own.serial_number(1)
            .not_valid_before(not_before)
            .not_valid_after(not_after)
            .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
        )
        issuer = Issuer(certificate=certificate, key=key)
    serial = int.from_bytes(seed[:8], "big") | 1
    issued = issue(issuer=issuer, profile=profile, key=key.public_key(), subject=subject, serial=serial,
                   not_before=not_before, not_after=not_after)  # fmt: skip
    return SoftwareSigner(issued, key)
