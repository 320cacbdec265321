"""The data folder: keys sealed under the service's secret, certificates beside them, tokens; no file is half there."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from saola_trust.certificates import PrivateKey, certificate_pem, load_certificate
from saola_trust.errors import KeyUnavailable
from saola_trust.keystore import SoftwareSigner, open_key, seal_key


def read_secret(path: Path) -> bytes:
    """The text of a secret file without the line's end; raises KeyUnavailable when absent, empty or too short."""
    try:
        text = path.read_bytes().strip()
    except OSError as exc:
        raise KeyUnavailable(f"{path} cannot be read ({exc.strerror}): run `saola trust init` first") from exc
    if len(text) < 16:
        raise KeyUnavailable(f"{path} should hold at least 16 characters")
    return text


def ensure_secret(path: Path) -> bytes:
    """The secret in the file, made at random when there is none yet."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32).encode() + b"\n")
    return read_secret(path)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; a kill leaves the old one or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)


def ensure_key(path: Path, *, secret: bytes) -> PrivateKey:
    """The sealed P-256 key in the file, made when there is none yet."""
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        write_private(path, seal_key(key, secret=secret, randomness=secrets.token_bytes))
    return read_key(path, secret=secret)


def read_key(path: Path, *, secret: bytes) -> PrivateKey:
    """The sealed key in the file; raises KeyUnavailable."""
    try:
        return open_key(path.read_bytes(), secret=secret)
    except OSError as exc:
        raise KeyUnavailable(f"{path} cannot be read ({exc.strerror}): run `saola trust init` first") from exc


def read_signer(path: Path, *, secret: bytes) -> SoftwareSigner:
    """The signer whose files are `path`.pem and `path`.key."""
    certificate = read_certificate(path.with_suffix(".pem"))
    return SoftwareSigner(certificate, read_key(path.with_suffix(".key"), secret=secret))


def read_certificate(path: Path) -> x509.Certificate:
    """The certificate in the file; raises KeyUnavailable when it is not there."""
    try:
        return load_certificate(path.read_bytes())
    except OSError as exc:
        raise KeyUnavailable(f"{path} cannot be read ({exc.strerror}): run `saola trust init` first") from exc


def write_certificate(path: Path, certificate: x509.Certificate) -> None:
    """Write a certificate as PEM."""
    write_private(path, certificate_pem(certificate).encode("ascii"))
