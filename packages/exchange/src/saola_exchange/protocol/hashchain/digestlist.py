"""The bytes that a step of a hash chain is the digest of: a DER list of digests.

``SEQUENCE OF SEQUENCE { digest OCTET STRING, algorithm UTF8String, SEQUENCE {} }``
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_SEQUENCE, _OCTET_STRING, _UTF8_STRING = 0x30, 0x04, 0x0C


@dataclass(frozen=True, slots=True)
class DigestValue:
    """A digest and the XML URI of its algorithm."""

    algorithm: str
    value: bytes


def digest_list(values: Iterable[DigestValue]) -> bytes:
    """The DER bytes of the list, in the order given."""
    items = (
        _der(_OCTET_STRING, item.value) + _der(_UTF8_STRING, item.algorithm.encode()) + _der(_SEQUENCE, b"")
        for item in values
    )
    return _der(_SEQUENCE, b"".join(_der(_SEQUENCE, item) for item in items))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
