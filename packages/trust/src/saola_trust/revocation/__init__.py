"""Is a certificate revoked? OCSP (RFC 6960) requests and answers: build, read, verify. Bytes in, bytes out."""

from __future__ import annotations

from saola_trust.revocation.answering import CertificateStatus, build_error, build_response
from saola_trust.revocation.asking import Question, build_request, parse_request
from saola_trust.revocation.verifying import RevocationStatus, parse_response, verify_response

__all__ = [
    "CertificateStatus",
    "Question",
    "RevocationStatus",
    "build_error",
    "build_request",
    "build_response",
    "parse_request",
    "parse_response",
    "verify_response",
]
