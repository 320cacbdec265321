"""The two forms of a signature: over the documents of an ASiC-E container (XAdES), and inside a PDF (PAdES)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from saola_trust import signatures
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
    *, form: Form, documents: Sequence[ToSign], certificate: SigningCertificate, at: datetime, reason: str
) -> Prepared:
    """What the signer is asked for; raises TrustError, SignatureFailed."""
    if form == "container":
        return Prepared(digest=_unsigned(documents=documents, certificate=certificate, at=at).digest, file=None)
    if len(documents) != 1:
        raise SignatureFailed("a PDF is signed alone")
    raise SignatureFailed(reason)


def assemble(
    *,
    form: Form,
    documents: Sequence[ToSign],
    certificate: SigningCertificate,
    at: datetime,
    file: bytes | None,
    value: bytes,
) -> bytes:
    """The signed container or PDF, level B-LT; raises TrustError, also when the value does not verify."""
    if form == "container":
        signature = complete_lt(
            unsigned=_unsigned(documents=documents, certificate=certificate, at=at),
            signature_der=value,
            chain=certificate.chain,
            evidence=trust.evidence_source(),
        )
        return write_asice(documents=_documents(documents), signatures=[signature])
    raise SignatureFailed(str(file))


def _unsigned(*, documents: Sequence[ToSign], certificate: SigningCertificate, at: datetime) -> signatures.Unsigned:
    # The same documents, certificate and time give the same bytes, so nothing of it needs to be kept.
    return signatures.prepare(documents=_documents(documents), certificate=certificate.certificate, at=at)


def _documents(documents: Sequence[ToSign]) -> list[signatures.Document]:
    return [signatures.Document(one.name, one.media_type, one.content) for one in documents]
