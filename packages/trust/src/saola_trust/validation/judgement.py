"""The judgement on a signer, the same for XAdES and PAdES: level LT, under the trusted list.

In order: may this certificate sign documents; is there a time stamp of a listed authority over the
signature; was the signer's authority listed, and the certificate in force, at that time; does an
OCSP answer, not older than the stamp, say good. EN 319 102-1 with the stamp as best signature time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from saola_trust.certificates import check_key, may_sign_documents, public_key_of
from saola_trust.certificates.profiles import QC_COMPLIANCE, QC_STATEMENTS
from saola_trust.errors import AlgorithmRefused, TimestampInvalid, TrustError
from saola_trust.revocation import RevocationStatus, verify_response
from saola_trust.timestamps import Timestamp, read_token, verify
from saola_trust.trustlist import TrustedServices
from saola_trust.validation.report import Level, Refused
from saola_trust.validation.time_marks import marked_at

CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What lies beside a signature: stamps as (token, bytes covered), OCSP answers, and helper certificates.

    `marked_value` is the signature value when the signature's policy is that of time marks, else None.
    """

    certificate: x509.Certificate
    stamps: Sequence[tuple[bytes, bytes]]
    ocsp_responses: Sequence[bytes]
    certificates: Sequence[x509.Certificate]
    marked_value: bytes | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A signer that is to be believed, and since when the signature provably exists."""

    signed_at: datetime
    level: Level
    qualified: bool


def judge(evidence: Evidence, *, trusted: TrustedServices, at: datetime) -> Judged:
    """Raise `Refused` with the first reason, or say what holds. `at` is now."""
    certificate = evidence.certificate
    try:
        check_key(public_key_of(certificate))
    except TrustError as exc:
        raise Refused(exc.code, exc.detail) from exc
    if not may_sign_documents(certificate):
        raise Refused("key_usage", "the certificate is not for signing documents (no nonRepudiation)")
    signed_at = _signed_at(evidence, trusted=trusted, at=at)
    issuer = _issuer(evidence, trusted=trusted, at=signed_at)
    if not certificate.not_valid_before_utc <= signed_at <= certificate.not_valid_after_utc:
        raise Refused("certificate_not_in_force", "the signer's certificate was not in force at the time of signing")
    _not_revoked(evidence, issuer=issuer, trusted=trusted, signed_at=signed_at)
    return Judged(signed_at, "LT", is_qualified(certificate))


def is_qualified(certificate: x509.Certificate) -> bool:
    """Whether the certificate states QcCompliance (EN 319 412-5 §4.2.1)."""
    try:
        extension = certificate.extensions.get_extension_for_oid(QC_STATEMENTS).value
    except x509.ExtensionNotFound:
        return False
    return isinstance(extension, x509.UnrecognizedExtension) and _dotted(QC_COMPLIANCE) in extension.value


def _dotted(identifier: str) -> bytes:
    from asn1crypto import core

    return bytes(core.ObjectIdentifier(identifier).dump())


def _signed_at(evidence: Evidence, *, trusted: TrustedServices, at: datetime) -> datetime:
    if evidence.stamps:
        proved = min(_one_stamp(token, covered, trusted).at for token, covered in evidence.stamps)
    elif evidence.marked_value is not None:
        proved = marked_at(evidence.marked_value, evidence.ocsp_responses)
    else:
        raise Refused("no_timestamp", "there is no time stamp: the signature is only of level B")
    if proved > at + CLOCK_SKEW:
        raise Refused("timestamp_in_future", "the time stamp is from the future")
    return proved


def _one_stamp(token: bytes, covered: bytes, trusted: TrustedServices) -> Timestamp:
    try:
        claimed = read_token(token)
        authorities = trusted.granted("tsa", at=claimed.at)
        return verify(token, data=covered, authorities=authorities)[0]
    except TimestampInvalid as exc:
        verdict = "untrusted" if "not from an authority" in exc.detail else "invalid"
        raise Refused(exc.code, exc.detail, verdict=verdict) from exc  # type: ignore[arg-type]
    except TrustError as exc:
        raise Refused(exc.code, exc.detail) from exc


def _issuer(evidence: Evidence, *, trusted: TrustedServices, at: datetime) -> x509.Certificate:
    path = trusted.path(evidence.certificate, at=at, helpers=evidence.certificates)
    if path is None:
        raise Refused(
            "issuer_not_trusted", "no authority of the trusted list stood behind the signer then", verdict="untrusted"
        )
    return path[0]


def _not_revoked(
    evidence: Evidence, *, issuer: x509.Certificate, trusted: TrustedServices, signed_at: datetime
) -> None:
    if not evidence.ocsp_responses:
        raise Refused("no_revocation_proof", "there is no OCSP answer: the signature is only of level T")
    reasons: list[TrustError] = []
    for response in evidence.ocsp_responses:
        try:
            status = verify_response(
                response,
                certificate=evidence.certificate,
                issuer=issuer,
                responders=trusted.granted("ocsp", at=signed_at),
            )
        except TrustError as exc:
            reasons.append(exc)
            continue
        return _believe(status, signed_at)
    worst = next((r for r in reasons if isinstance(r, AlgorithmRefused)), reasons[0])
    raise Refused(worst.code, worst.detail)


def _believe(status: RevocationStatus, signed_at: datetime) -> None:
    if not status.good:
        raise Refused(f"certificate_{status.state}", f"the signer's certificate was {status.state} when it signed")
    if status.produced_at < signed_at - timedelta(seconds=1):
        raise Refused("revocation_proof_too_old", "the OCSP answer is older than the time stamp")
