"""The verifier in production: the container's own checks under the trusted list that the kernel keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from saola_trust.containers import read_asice, validate
from saola_trust.errors import TrustError
from saola_trust.validation import SignatureReport

from saola_platform.cases.errors import ApplicationRefused
from saola_platform.cases.verification import SignedContainer
from saola_platform.kernel.trust import trusted_services


class TrustedListVerifier:
    """See :class:`saola_platform.cases.verification.Verifier`."""

    def verify(self, *, container: bytes, at: datetime) -> SignedContainer:
        """The container with its signer; :class:`ApplicationRefused` unless every signature is valid and trusted."""
        report = validate(container, trusted=trusted_services(at=at), at=at)
        if not report.valid:
            raise ApplicationRefused(f"The signature is not valid ({report.verdict}): {report.reason}.")
        (first, *_) = report.signatures
        facts = first.signer
        return SignedContainer(
            documents=self.open(container=container),
            signer_number=facts.personal_number or "" if facts else "",
            signer_name=facts.common_name if facts else "",
            signed_at=first.signed_at,
            level=first.level or "",
            report=_report(first),
        )

    def open(self, *, container: bytes) -> Mapping[str, bytes]:
        """The files of a container that was verified when it came."""
        try:
            return {document.name: document.content for document in read_asice(container).documents}
        except TrustError as exc:
            raise ApplicationRefused(f"The container cannot be read: {exc.detail}.") from exc


def _report(one: SignatureReport) -> dict[str, object]:
    facts = one.signer
    return {
        "verdict": one.verdict,
        "level": f"XAdES B-{one.level}",
        "qualified": one.qualified,
        "signed_at": one.signed_at.isoformat() if one.signed_at else "",
        "signer": facts.common_name if facts else "",
        "personal_number": facts.personal_number if facts else "",
        "issuer": facts.issuer if facts else "",
        "serial_number": facts.serial_number if facts else "",
    }
