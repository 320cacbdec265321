"""PDF signatures of level B-LT, with proofs from an `EvidenceSource`. Apart from `evidence`, as pyHanko is large."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from saola_trust import pdf
from saola_trust.certificates import hash_of
from saola_trust.keystore import Signer
from saola_trust.services.evidence import EvidenceSource


def complete_pdf_lt(
    *,
    prepared: pdf.PreparedPdf,
    signature_der: bytes,
    chain: Sequence[x509.Certificate],
    evidence: EvidenceSource,
) -> bytes:
    """The signed PDF of level B-LT; arguments and errors as of `complete_lt`."""
    token = evidence.timestamp(hash_of(signature_der, hash_name="SHA-256"))
    response = evidence.ocsp(prepared.certificate, chain[0])
    return pdf.complete(
        prepared=prepared, signature_der=signature_der, timestamp_token=token, ocsp_responses=[response], chain=chain
    )


def seal_pdf(
    content: bytes,
    *,
    signer: Signer,
    chain: Sequence[x509.Certificate],
    evidence: EvidenceSource,
    at: datetime,
    name: str | None = None,
    reason: str | None = None,
) -> bytes:
    """Both steps at once, for a key that answers at once: an organisation's seal, or a key at hand."""
    prepared = pdf.prepare(content, certificate=signer.certificate, at=at, name=name, reason=reason)
    value = signer.sign(prepared.to_be_signed)
    return complete_pdf_lt(prepared=prepared, signature_der=value, chain=chain, evidence=evidence)
