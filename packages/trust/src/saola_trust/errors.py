"""What can go wrong in trust, as one tree.

    TrustError
    ├── MalformedCertificate    ├── MalformedSignature     ├── MalformedContainer
    ├── MalformedTimestamp      ├── TimestampInvalid       ├── MalformedPdf
    ├── MalformedRevocation     ├── RevocationInvalid
    ├── SignatureInvalid        ├── AlgorithmRefused       ├── TrustListInvalid
    ├── KeyUnavailable          ├── RequestRefused         └── ServiceUnavailable

Each has a stable `code`, a `detail` that is safe to show, whose `fault` it is, a `remedy`, and
whether trying again can help (`retry`). Exceptions of libraries never leave this package: they
are translated where the library is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

Fault = Literal["caller", "peer", "us", "operator"]


class TrustError(Exception):
    """Base of all errors of this package; `detail` says what happened in one sentence without secrets."""

    code: ClassVar[str] = "trust.error"
    fault: ClassVar[Fault] = "us"
    remedy: ClassVar[str] = "Report this with the time and the reference number."
    retry: ClassVar[bool] = False

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class MalformedCertificate(TrustError):
    """Bytes that should be a certificate, a key or a certificate request are not."""

    code = "trust.malformed_certificate"
    fault = "caller"
    remedy = "Send an X.509 certificate, key or PKCS #10 request in PEM or DER."


class AlgorithmRefused(TrustError):
    """An algorithm that is unknown, too weak, or does not fit the key."""

    code = "trust.algorithm_refused"
    fault = "peer"
    remedy = "Sign with SHA-256 or stronger and an RSA (2048 bits or more) or EC (P-256, P-384, P-521) key."


class MalformedSignature(TrustError):
    """XML that cannot be read as the signature it should be."""

    code = "trust.malformed_signature"
    fault = "peer"
    remedy = "Sign the document again with a program that writes XAdES as in EN 319 132."


class SignatureInvalid(TrustError):
    """A signature value or a digest that does not fit what was signed."""

    code = "trust.signature_invalid"
    fault = "peer"
    remedy = "Ask the signer for the unchanged document; it was altered after signing or never signed."


class MalformedTimestamp(TrustError):
    """Bytes that cannot be read as an RFC 3161 request, answer or token."""

    code = "trust.malformed_timestamp"
    fault = "peer"
    remedy = "Ask for a new time stamp as in RFC 3161."


class TimestampInvalid(TrustError):
    """A time stamp that does not cover the data, or that is not signed as it should be."""

    code = "trust.timestamp_invalid"
    fault = "peer"
    remedy = "Ask for a new time stamp from a service in the trusted list."


class MalformedRevocation(TrustError):
    """Bytes that cannot be read as an OCSP request or answer."""

    code = "trust.malformed_revocation"
    fault = "peer"
    remedy = "Ask the OCSP responder again as in RFC 6960."


class RevocationInvalid(TrustError):
    """An OCSP answer that is not about this certificate, not fresh, or not signed by whom it should be."""

    code = "trust.revocation_invalid"
    fault = "peer"
    remedy = "Fetch a fresh OCSP answer from the responder named in the certificate."


class MalformedContainer(TrustError):
    """A signed container that is damaged, hostile, or larger than the limits."""

    code = "trust.malformed_container"
    fault = "peer"
    remedy = "Send an ASiC-E container (ZIP) with plain file names, within the size limits."


class MalformedPdf(TrustError):
    """Bytes that cannot be read as a PDF that can carry signatures."""

    code = "trust.malformed_pdf"
    fault = "peer"
    remedy = "Send an unencrypted PDF file."


class TrustListInvalid(TrustError):
    """A trusted list that is not signed by its operator, is out of date, or cannot be read."""

    code = "trust.trust_list_invalid"
    fault = "operator"
    remedy = "Fetch the trusted list again; if it stays invalid, tell the operator of the list."


class KeyUnavailable(TrustError):
    """A private key that cannot be opened: wrong secret, missing or damaged file."""

    code = "trust.key_unavailable"
    fault = "operator"
    remedy = "Check the key file, its owner and the secret that protects it."


class FileUnreadable(TrustError):
    """A file that the operator named is not there, may not be read, or holds something else."""

    code = "trust.file_unreadable"
    fault = "operator"
    remedy = "Check the path, and that this user may read the file; then try again."

    @classmethod
    def at(cls, path: Path, *, error: OSError) -> FileUnreadable:
        """The file and the system's reason, without its number."""
        return cls(f"{path} cannot be read ({error.strerror})")


class ServiceUnavailable(TrustError):
    """A trust service that did not answer, or not with what its protocol asks for."""

    code = "trust.service_unavailable"
    fault = "peer"
    remedy = "Try again; if it stays so, check that the trust services run and their address is right."
    retry = True


class RequestRefused(TrustError):
    """A request to a trust service that asks for what it must not or cannot give."""

    code = "trust.request_refused"
    fault = "caller"
    remedy = "Correct the request as the detail says."
