"""The parts of a message that a signature covers, and the digest algorithms that may cover them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from saola_exchange.errors import ProtocolError

MESSAGE = "/message.xml"
SIGNATURE = "/META-INF/signatures.xml"
HASH_CHAIN_RESULT = "/sig-hashchainresult.xml"
HASH_CHAIN = "/sig-hashchain.xml"
SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"
# MD5, SHA-1 and SHA-224 are refused: what they cover can be exchanged for something else.
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    SHA512: "sha512",
}


class UnsupportedDigest(ProtocolError):
    """A digest algorithm that is unknown or too weak."""

    code = "unsupported_algorithm"
    fault = "peer"
    remedy = "Sign with SHA-256 or better."


def digest(algorithm: str, content: bytes) -> bytes:
    """The digest of `content` by the algorithm's XML URI. Raises UnsupportedDigest."""
    name = DIGESTS.get(algorithm)
    if name is None:
        raise UnsupportedDigest(f"digest algorithm {algorithm[:100]!r} is not accepted")
    return hashlib.new(name, content).digest()


class Part(Protocol):
    """One signed part: its name in signatures (`/message.xml`, `/attachment1`, …) and its content or digest."""

    @property
    def name(self) -> str:
        """The URI by which signatures and hash chains refer to it."""
        ...

    def digest(self, algorithm: str) -> bytes | None:
        """Its digest, None when it is not known by this algorithm. Raises UnsupportedDigest."""
        ...


@dataclass(frozen=True, slots=True)
class ContentPart:
    """A part whose bytes are at hand."""

    name: str
    content: bytes

    def digest(self, algorithm: str) -> bytes:
        """The digest of the content. Raises UnsupportedDigest."""
        return digest(algorithm, self.content)


@dataclass(frozen=True, slots=True)
class DigestPart:
    """A part of which only a digest was kept, because it was passed through."""

    name: str
    value: bytes
    algorithm: str = SHA512

    def digest(self, algorithm: str) -> bytes | None:
        """The digest, if it was made by this algorithm."""
        return self.value if algorithm == self.algorithm else None


def attachment_name(number: int) -> str:
    """The name of the attachment with this number, from 1; a REST body is number 1."""
    return f"/attachment{number}"


def message_parts(*, head: bytes, body_digest: bytes | None) -> tuple[Part, ...]:
    """The parts of a REST message: `body_digest` is SHA-512 of the body, None when it has none."""
    message = ContentPart(name=MESSAGE, content=head)
    return (message,) if body_digest is None else (message, DigestPart(name=attachment_name(1), value=body_digest))


def names(parts: Sequence[Part]) -> str:
    """The parts' names for a message to people."""
    return ", ".join(part.name for part in parts)
