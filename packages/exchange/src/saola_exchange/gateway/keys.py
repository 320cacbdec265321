"""The gateway's two keys: one to authenticate connections, one to sign messages; each with its certificate.

They lie below the data folder as `keys/auth.key`, `keys/auth.crt`, `keys/sign.key`, `keys/sign.crt`;
the keys are readable by the gateway's user only.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from saola_trust.errors import TrustError
from saola_trust.keystore import SoftwareSigner

from .errors import ConfigurationInvalid


class Purpose(StrEnum):
    """What a key is for; the value names its files."""

    AUTHENTICATION = "auth"
    SIGNING = "sign"


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """Where a key and its certificates lie; the chain file holds the certificates above it."""

    key: Path
    certificate: Path
    chain: Path

    @classmethod
    def of(cls, *, data: Path, purpose: Purpose) -> KeyFiles:
        """The files below the gateway's data folder."""
        folder = data / "keys"
        return cls(folder / f"{purpose}.key", folder / f"{purpose}.crt", folder / f"{purpose}.chain.crt")


@dataclass(frozen=True, slots=True)
class GatewayKeys:
    """Both keys, loaded."""

    authentication: SoftwareSigner
    signing: SoftwareSigner


def load_keys(*, data: Path, at: datetime) -> GatewayKeys:
    """Load both keys. Raises ConfigurationInvalid when one is missing, unreadable or out of date at `at`."""
    return GatewayKeys(_load(data, Purpose.AUTHENTICATION, at), _load(data, Purpose.SIGNING, at))


def _load(data: Path, purpose: Purpose, at: datetime) -> SoftwareSigner:
    files = KeyFiles.of(data=data, purpose=purpose)
    if not files.key.is_file() or not files.certificate.is_file():
        raise ConfigurationInvalid(
            f"there is no {purpose.name.lower()} key and certificate in {files.key.parent}",
            remedy="Run `saola gateway init` first.",
        )
    try:
        signer = SoftwareSigner.from_files(certificate=files.certificate, key=files.key)
    except TrustError as exc:
        raise ConfigurationInvalid(f"{files.key}: {exc.detail}") from exc
    if at > signer.certificate.not_valid_after_utc:
        raise ConfigurationInvalid(
            f"the certificate {files.certificate} has expired", remedy="Run `saola gateway init` again to renew it."
        )
    return signer


def write_durably(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a whole file or nothing, also when killed; `secret` lets only the owner read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
