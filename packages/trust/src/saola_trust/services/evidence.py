"""Where the proofs beside a signature come from: the seam, and the way from a signature value to level LT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cryptography import x509

from saola_trust.certificates import hash_of
from saola_trust.signatures import Unsigned, complete, extend_lt, timestamp_input


class EvidenceSource(Protocol):
    """A time-stamping authority and an OCSP responder, wherever they are."""

    def timestamp(self, digest: bytes) -> bytes:
        """A time-stamp token (DER) over a SHA-256 digest; raises TrustError."""

    def ocsp(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
        """A fresh OCSP response (DER) about the certificate; raises TrustError."""


def complete_lt(
    *, unsigned: Unsigned, signature_der: bytes, chain: Sequence[x509.Certificate], evidence: EvidenceSource
) -> bytes:
    """The signature file of level LT. `chain`: the signer's issuer first, then the root, if it is at hand.

    First the stamp, then OCSP: the answer must not be older than the stamp. Raises TrustError;
    ServiceUnavailable means that trying again can help, and that nothing is lost: call again with the same values.
    """
    level_b = complete(unsigned=unsigned, signature_der=signature_der)
    token = evidence.timestamp(hash_of(timestamp_input(level_b), hash_name="SHA-256"))
    response = evidence.ocsp(unsigned.certificate, chain[0])
    return extend_lt(signature_xml=level_b, timestamp_token=token, ocsp_responses=[response], chain=chain)
