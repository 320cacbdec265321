"""Reading and believing an answer: about this certificate, signed by whom it may be, fresh enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from asn1crypto import ocsp
from cryptography import x509

from saola_trust.certificates import (
    SignatureAlgorithm,
    extended_key_usages,
    issued_by,
    load_certificate,
    public_key_of,
    verify,
)
from saola_trust.certificates.asn1 import algorithm_of, reading
from saola_trust.errors import AlgorithmRefused, MalformedRevocation, RevocationInvalid, SignatureInvalid
from saola_trust.revocation.asking import Question, read_certificate_id, read_nonce

LARGEST_RESPONSE = 256 * 1024
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
CLOCK_SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class RevocationStatus:
    """One answer about one certificate, as it was signed. `good` only when the responder said so."""

    state: Literal["good", "revoked", "unknown"]
    produced_at: datetime
    this_update: datetime
    next_update: datetime | None
    revoked_at: datetime | None
    reason: str | None
    responder: x509.Certificate

    @property
    def good(self) -> bool:
        """Whether the responder vouches for the certificate."""
        return self.state == "good"


@dataclass(frozen=True, slots=True)
class Answer:
    """A parsed, not yet believed answer."""

    signed: bytes
    signature: bytes
    algorithm: SignatureAlgorithm
    certificates: tuple[x509.Certificate, ...]
    produced_at: datetime
    singles: tuple[tuple[Question, Any], ...]
    nonce: bytes | None


def parse_response(data: bytes) -> Answer:
    """Read a successful response; raises MalformedRevocation (also for an error status) or AlgorithmRefused."""
    if len(data) > LARGEST_RESPONSE:
        raise MalformedRevocation(f"an OCSP answer of {len(data)} bytes is larger than {LARGEST_RESPONSE}")
    with reading(MalformedRevocation, "the OCSP answer"):
        response = ocsp.OCSPResponse.load(data, strict=True)
        status = response["response_status"].native
        if status != "successful":
            raise MalformedRevocation(f"the OCSP responder answered {status}")
        basic = response.basic_ocsp_response
        content = basic["tbs_response_data"]
        certificates = basic["certs"]
        return Answer(
            signed=content.dump(),
            signature=bytes(basic["signature"].native),
            algorithm=algorithm_of(basic["signature_algorithm"]),
            certificates=tuple(load_certificate(item.dump()) for item in certificates) if certificates else (),
            produced_at=content["produced_at"].native,
            singles=tuple((read_certificate_id(one["cert_id"]), one) for one in content["responses"]),
            nonce=read_nonce(content["response_extensions"]),
        )


def verify_response(
    data: bytes,
    *,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    responders: Sequence[x509.Certificate] = (),
    at: datetime | None = None,
    freshness: timedelta | None = None,
    nonce: bytes | None = None,
    check_next_update: bool = True,
) -> RevocationStatus:
    """The status of `certificate` in a response that may be believed; it may well be ``revoked`` or ``unknown``.

    The signer must be one of `responders`, the issuer itself, or a delegate issued by the issuer with
    OCSPSigning (RFC 6960 §4.2.2.2). With `at`: thisUpdate not in the future, nextUpdate not past (unless
    `check_next_update` is off), and with `freshness` thisUpdate not older than that. Without `at`, the
    answer is judged as of when it was produced. With `nonce`, the same nonce must be in the answer.
    Raises MalformedRevocation, RevocationInvalid or AlgorithmRefused.
    """
    answer = parse_response(data)
    responder = _responder(answer, issuer=issuer, responders=responders)
    try:
        verify(answer.signed, signature=answer.signature, key=public_key_of(responder), algorithm=answer.algorithm)
    except SignatureInvalid as exc:
        raise RevocationInvalid("the signature of the OCSP answer does not fit") from exc
    if nonce is not None and nonce != answer.nonce:
        raise RevocationInvalid("the OCSP answer does not carry the nonce of the request")
    status = _status_of(answer, certificate=certificate, issuer=issuer, responder=responder)
    if at is not None:
        _check_times(status, at=at, freshness=freshness, check_next_update=check_next_update)
    return status


def _responder(answer: Answer, *, issuer: x509.Certificate, responders: Sequence[x509.Certificate]) -> x509.Certificate:
    # Whose key it is decides, not the name that the answer claims: try the few that may have signed.
    candidates = [*responders, issuer]
    candidates.extend(
        delegate
        for delegate in answer.certificates
        if OCSP_SIGNING in extended_key_usages(delegate) and issued_by(delegate, [issuer])
    )
    fitting = [candidate for candidate in candidates if _signed(answer, candidate)]
    if not fitting:
        raise RevocationInvalid("the OCSP answer is not signed by a responder of the certificate's issuer")
    for candidate in fitting:
        if candidate.not_valid_before_utc <= answer.produced_at <= candidate.not_valid_after_utc:
            return candidate
    raise RevocationInvalid("the certificate of the OCSP responder was not valid when it answered")


def _signed(answer: Answer, candidate: x509.Certificate) -> bool:
    try:
        verify(answer.signed, signature=answer.signature, key=public_key_of(candidate), algorithm=answer.algorithm)
    except SignatureInvalid:
        return False
    except AlgorithmRefused:
        if answer.algorithm.hash_name in {"SHA-1", "SHA-224"}:
            raise
        return False
    return True


def _status_of(
    answer: Answer, *, certificate: x509.Certificate, issuer: x509.Certificate, responder: x509.Certificate
) -> RevocationStatus:
    for question, single in answer.singles:
        if question.serial_number != certificate.serial_number or not question.names(issuer):
            continue
        with reading(MalformedRevocation, "the OCSP answer"):
            state = single["cert_status"].name
            revoked = single["cert_status"].chosen if state == "revoked" else None
            return RevocationStatus(
                state=state if state in {"good", "revoked"} else "unknown",
                produced_at=answer.produced_at,
                this_update=single["this_update"].native,
                next_update=single["next_update"].native,
                revoked_at=None if revoked is None else revoked["revocation_time"].native,
                reason=None if revoked is None else revoked["revocation_reason"].native or "unspecified",
                responder=responder,
            )
    raise RevocationInvalid("the OCSP answer is not about this certificate")


def _check_times(
    status: RevocationStatus, *, at: datetime, freshness: timedelta | None, check_next_update: bool
) -> None:
    if status.this_update > at + CLOCK_SKEW:
        raise RevocationInvalid("the OCSP answer is from the future")
    if freshness is not None and status.this_update < at - freshness:
        raise RevocationInvalid(f"the OCSP answer is older than {int(freshness.total_seconds())} seconds")
    if check_next_update and status.next_update is not None and status.next_update < at:
        raise RevocationInvalid("the OCSP answer has expired: its nextUpdate is past")
