"""Certificates, keys and requests from bytes and back. Every library error becomes MalformedCertificate."""

from __future__ import annotations

import base64
import re
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key

from saola_trust.errors import KeyUnavailable, MalformedCertificate

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

PEM_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
PEM_KEY = re.compile(rb"-----BEGIN ((?:EC |RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----")
LARGEST = 64 * 1024
SHA1_ENDS = datetime(2017, 1, 1, tzinfo=UTC)


def load_certificate(data: bytes) -> x509.Certificate:
    """One certificate from PEM (the first) or DER; raises MalformedCertificate."""
    match = PEM_CERTIFICATE.search(data)
    der = _decode(match[1]) if match else data
    if len(der) > LARGEST:
        raise MalformedCertificate(f"a certificate of {len(der)} bytes is larger than {LARGEST}")
    try:
        certificate = x509.load_der_x509_certificate(der)
        _read_names(certificate)
        # The library reads lazily: make it fail here, where the caller expects it, and not later.
        _ = (certificate.extensions, certificate.not_valid_after_utc)
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        UserWarning,
    ) as exc:
        # UserWarning: what the library will refuse one day, where warnings are made errors.
        raise MalformedCertificate(f"these bytes are not a certificate: {exc}") from exc
    if certificate.serial_number <= 0:
        raise MalformedCertificate("the serial number of the certificate is not positive (RFC 5280 §4.1.2.2)")
    return certificate


def _read_names(certificate: x509.Certificate) -> None:
    """Read them once, after which the library keeps them.

    It warns of an attribute of unusual length, such as a country of three letters. Certificates that others
    issued have them; who holds one can do nothing about it, so that the warning is of no use to anybody.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Attribute's length must be", category=UserWarning)
        _ = (certificate.subject, certificate.issuer)


def load_certificates(data: bytes) -> tuple[x509.Certificate, ...]:
    """All certificates of a PEM file in order; raises MalformedCertificate when there is none."""
    found = tuple(load_certificate(_decode(match)) for match in PEM_CERTIFICATE.findall(data))
    if not found:
        raise MalformedCertificate("there is no PEM certificate in the file")
    return found


def load_request(data: bytes) -> x509.CertificateSigningRequest:
    """A PKCS #10 request whose own signature (proof of possession) fits; raises MalformedCertificate."""
    try:
        request = x509.load_pem_x509_csr(data)
        fits = request.is_signature_valid
        _public(request.public_key())
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature) as exc:
        raise MalformedCertificate(f"these bytes are not a certificate request: {exc}") from exc
    if not fits:
        raise MalformedCertificate("the request is not signed by the key that it names")
    return request


def load_private_key(data: bytes, *, password: bytes | None = None) -> PrivateKey:
    """An RSA or EC private key from PEM or DER (PKCS #8 or traditional); raises KeyUnavailable."""
    match = PEM_KEY.search(data)
    try:
        key = load_der_private_key(_decode(match[2]) if match else data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm, MalformedCertificate) as exc:
        raise KeyUnavailable("the private key cannot be read: wrong format or wrong password") from exc
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return key
    raise KeyUnavailable(f"a {type(key).__name__} is not supported, only RSA and EC keys are")


def public_key_of(certificate: x509.Certificate) -> PublicKey:
    """The RSA or EC public key; raises MalformedCertificate for any other kind."""
    try:
        return _public(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise MalformedCertificate(f"the public key cannot be read: {exc}") from exc


def issued_by(certificate: x509.Certificate, issuers: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """The first of the issuers whose name fits and whose key verifies the certificate's signature, or None.

    A certificate signed over SHA-1 counts only when it was issued before 2017, when forging one became
    practical: evidence of that time has no other.
    """
    for issuer in issuers:
        if certificate.issuer == issuer.subject and _signed_by(certificate, issuer):
            return issuer
    return None


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        if isinstance(certificate.signature_hash_algorithm, hashes.SHA1):
            return _signed_over_sha1(certificate, issuer)
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _signed_over_sha1(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    if certificate.not_valid_before_utc >= SHA1_ENDS or not isinstance(key, rsa.RSAPublicKey):
        return False
    weak = hashes.SHA1()  # noqa: S303 - see `issued_by`
    key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), weak)
    return True


def certificate_pem(certificate: x509.Certificate) -> str:
    """The certificate as PEM text."""
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def certificate_der(certificate: x509.Certificate) -> bytes:
    """The certificate as DER bytes."""
    return certificate.public_bytes(Encoding.DER)


def _public(key: object) -> PublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        return key
    raise ValueError(f"a {type(key).__name__} is not supported, only RSA and EC keys are")


def _decode(base64_text: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(base64_text.split()), validate=True)
    except ValueError as exc:
        raise MalformedCertificate("the PEM text is not base64") from exc
