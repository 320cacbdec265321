"""Making a signed directory, byte for byte in the form that `directory` reads."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime

from saola_trust.certificates import algorithm_for_key, certificate_der, public_key_of
from saola_trust.keystore import Signer
from saola_trust.signatures import xmldsig

from saola_exchange.globalconf.xmlconf import write_time
from saola_exchange.protocol.parts import SHA512


def build_directory(
    *,
    files: Sequence[tuple[str, str, bytes]],
    instance: str,
    expires: datetime,
    signer: Signer,
    boundaries: tuple[str, str],
    version: int = 6,
) -> bytes:
    """A signed directory of `files`, each (identifier, location, content); `boundaries` are (outer, inner)."""
    outer, inner = boundaries
    lines = [f"--{inner}", f"Expire-date: {write_time(expires)}", f"Version: {version}", ""]
    for identifier, location, content in files:
        lines += [f"--{inner}", *_entry(identifier, instance, location, content)]
    signed = _lines(*lines, f"--{inner}--", "")
    head = _lines(
        f"Content-Type: multipart/related; charset=UTF-8; boundary={outer}",
        "",
        f"--{outer}",
        f"Content-Type: multipart/mixed; charset=UTF-8; boundary={inner}",
        "",
        "",
    )
    return head + signed + _lines("", f"--{outer}", *_signature(signed, signer), f"--{outer}--", "")


def _entry(identifier: str, instance: str, location: str, content: bytes) -> list[str]:
    return [
        "Content-type: application/octet-stream",
        "Content-transfer-encoding: base64",
        f"Content-identifier: {identifier}; instance='{instance}'",
        f"Content-location: {location}",
        f"Hash-algorithm-id: {SHA512}",
        "",
        _base64(hashlib.sha512(content).digest()),
    ]


def _signature(signed: bytes, signer: Signer) -> list[str]:
    algorithm = algorithm_for_key(public_key_of(signer.certificate), hash_name="SHA-512")
    own_hash = _base64(hashlib.sha512(certificate_der(signer.certificate)).digest())
    return [
        "Content-Type: application/octet-stream",
        "Content-Transfer-Encoding: base64",
        f"Signature-Algorithm-Id: {xmldsig.address_of(algorithm)}",
        f'Verification-certificate-hash: {own_hash}; hash-algorithm-id="{SHA512}"',
        "",
        _base64(signer.sign(signed, algorithm=algorithm)),
    ]


def _lines(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
