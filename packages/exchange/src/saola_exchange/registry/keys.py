"""The two keys that sign configurations: one for the own members, one for other instances."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from saola_trust.errors import TrustError
from saola_trust.keystore import Signer, SoftwareSigner

from saola_exchange.registry.errors import RegistryStateInvalid

NAMES = ("internal", "external")


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The signers of the two directories."""

    internal: Signer
    external: Signer


def make_keys(data: Path) -> bool:
    """Make the keys that are not there yet; True when any was made. Existing ones are never replaced."""
    folder = data / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = [_make(folder, name) for name in NAMES if not (folder / f"{name}.key").exists()]
    return bool(made)


def load_keys(data: Path) -> SigningKeys:
    """The keys. Raises RegistryStateInvalid when `saola registry init` was not run."""
    folder = data / "keys"
    try:
        internal, external = (
            SoftwareSigner.from_files(certificate=folder / f"{name}.crt", key=folder / f"{name}.key") for name in NAMES
        )
    except TrustError as exc:
        raise RegistryStateInvalid(
            f"the signing keys cannot be used: {exc.detail}", remedy="Run `saola registry init` once."
        ) from exc
    return SigningKeys(internal, external)


def _make(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} configuration signing")])
    builder = x509.CertificateBuilder(issuer_name=subject, subject_name=subject, public_key=key.public_key())
    # The certificate only carries the key; verifiers select it by its hash and ignore its dates (pr-gconf).
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(datetime(1970, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2038, 1, 1, tzinfo=UTC)
    )
    certificate = builder.sign(key, hashes.SHA512())
    (folder / f"{name}.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    path = folder / f"{name}.key"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path
