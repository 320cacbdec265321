"""The two forms of a signature: over the documents of an ASiC-E container (XAdES), and inside a PDF (PAdES)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from saola_trust import signatures
from saola_trust.certificates import hash_of
from saola_trust.containers import write_asice
from saola_trust.services.client import complete_lt

from saola_platform.errors import SignatureFailed
from saola_platform.kernel import trust
from saola_platform.kernel.signing.values import Form, SigningCertificate, ToSign


@dataclass(frozen=True, slots=True)
class Prepared:
    """`digest` (SHA-256) is what the signer signs; `file` what has to be kept until then, if anything."""

    digest: bytes
    file: bytes | None


def prepare(
    *, form: Form, documents: Sequence[ToSign], certificate: SigningCertificate, at: datetime, title: str, name: str
) -> Prepared:
    """What the signer is asked for; raises TrustError, SignatureFailed."""
    if form == "container":
        return Prepared(digest=_unsigned(documents=documents, certificate=certificate, at=at).digest, file=None)
    if len(documents) != 1:
        raise SignatureFailed("a PDF is signed alone", remedy="Sign one PDF at a time.")
    # Reading and writing PDFs takes ten megabytes of code that a portal never needs.
    from saola_trust import pdf

    prepared = pdf.prepare(
        documents[0].content, certificate=certificate.certificate, at=at, name=name or None, reason=title or None
    )
    return Prepared(digest=prepared.digest, file=prepared.dump())


def assemble(
    *, documents: Sequence[ToSign], certificate: SigningCertificate, at: datetime, file: bytes | None, value: bytes
) -> bytes:
    """The signed container, or the PDF where `file` was kept; level B-LT. Raises TrustError, also for a wrong value."""
    if file is not None:
        return assemble_pdf(file=file, value=value, chain=certificate.chain)
    signature = complete_lt(
        unsigned=_unsigned(documents=documents, certificate=certificate, at=at),
        signature_der=value,
        chain=certificate.chain,
        evidence=trust.evidence_source(),
    )
    return write_asice(documents=_documents(documents), signatures=[signature])


def assemble_pdf(*, file: bytes, value: bytes, chain: Sequence[x509.Certificate]) -> bytes:
    """The PDF with signature value, time stamp and revocation answer inside; raises TrustError."""
    from saola_trust import pdf

    prepared = pdf.PreparedPdf.load(file)
    evidence = trust.evidence_source()
    # First the stamp, then OCSP: the answer must not be older than the stamp.
    token = evidence.timestamp(hash_of(value, hash_name="SHA-256"))
    response = evidence.ocsp(prepared.certificate, chain[0])
    return pdf.complete(
        prepared=prepared, signature_der=value, timestamp_token=token, ocsp_responses=[response], chain=chain
    )


def _unsigned(*, documents: Sequence[ToSign], certificate: SigningCertificate, at: datetime) -> signatures.Unsigned:
    # The same documents, certificate and time give the same bytes, so nothing of it needs to be kept.
    return signatures.prepare(documents=_documents(documents), certificate=certificate.certificate, at=at)


def _documents(documents: Sequence[ToSign]) -> list[signatures.Document]:
    return [signatures.Document(one.name, one.media_type, one.content) for one in documents]
