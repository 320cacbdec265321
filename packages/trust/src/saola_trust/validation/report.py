"""What a validation says. The worst signature decides about the whole; nothing is valid by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography import x509

from saola_trust.certificates import CertificateFacts

Verdict = Literal["valid", "invalid", "untrusted", "nothing_signed"]
Level = Literal["B", "T", "LT", "LTA"]


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature. `signed_at` is proved by a time stamp, `claimed_at` only said by the signer.

    `reason_code` is ``ok`` or names the first thing that is wrong; `reason` says it in a sentence (English).
    `covers_whole` is False for a PDF signature after which something permitted was added (another signature).
    """

    verdict: Verdict
    reason_code: str
    reason: str
    signer: CertificateFacts | None = None
    certificate: x509.Certificate | None = None
    signed_at: datetime | None = None
    claimed_at: datetime | None = None
    level: Level | None = None
    qualified: bool = False
    covers_whole: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on a container or PDF, its signatures, and the names of the documents that they cover."""

    verdict: Verdict
    signatures: tuple[SignatureReport, ...] = ()
    documents: tuple[str, ...] = ()
    reason_code: str = "ok"
    reason: str = ""

    @property
    def valid(self) -> bool:
        """Whether there is a signature, and each is valid and trusted."""
        return self.verdict == "valid"


class Refused(Exception):
    """One signature is not valid: which verdict, which code, and why."""

    def __init__(self, code: str, reason: str, *, verdict: Verdict = "invalid") -> None:
        super().__init__(reason)
        self.code, self.reason, self.verdict = code, reason, verdict


def overall(signatures: Sequence[SignatureReport], *, documents: Sequence[str] = ()) -> Report:
    """The report about all: invalid before untrusted before valid; without any signature nothing_signed."""
    if not signatures:
        return Report("nothing_signed", (), tuple(documents), "nothing_signed", "there is no signature")
    for verdict in ("invalid", "nothing_signed", "untrusted"):
        for one in signatures:
            if one.verdict == verdict:
                return Report(one.verdict, tuple(signatures), tuple(documents), one.reason_code, one.reason)
    return Report("valid", tuple(signatures), tuple(documents))
