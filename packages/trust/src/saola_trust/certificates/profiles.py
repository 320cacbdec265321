"""The certificates that our authorities issue: what stands in each profile, and why.

A profile is a list of extensions; the subject is checked before. Qualified profiles (person, official,
seal) follow EN 319 412-2, -3 and -5: nonRepudiation alone, QcStatements, the QCP policies. The
profiles of the exchange follow what X-Road's certificate checks ask for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from saola_trust.certificates.loading import PrivateKey, PublicKey

Profile = Literal[
    "issuing-ca", "ocsp", "tsa", "list-operator", "person", "official", "seal", "authentication", "signing", "tls"
]
PROFILES: tuple[str, ...] = get_args(Profile)

QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
QC_COMPLIANCE, QC_SSCD, QC_TYPE = "0.4.0.1862.1.1", "0.4.0.1862.1.4", "0.4.0.1862.1.6"
QC_TYPE_SIGNATURE, QC_TYPE_SEAL = "0.4.0.1862.1.6.1", "0.4.0.1862.1.6.2"
POLICY_PERSON, POLICY_SEAL = "0.4.0.194112.1.2", "0.4.0.194112.1.3"  # QCP-n-qscd, QCP-l-qscd
TRUSTED_LIST_SIGNING = x509.ObjectIdentifier("0.4.0.2231.3.0")  # TS 119 612 §5.7.1

Extension = tuple[x509.ExtensionType, bool]


@dataclass(frozen=True, slots=True)
class Issuer:
    """An authority that can issue: its certificate, its key, and the addresses put into what it issues."""

    certificate: x509.Certificate
    key: PrivateKey
    ocsp_url: str | None = None
    certificate_url: str | None = None


def issue_root(
    *, key: PrivateKey, subject: x509.Name, serial: int, not_before: datetime, not_after: datetime
) -> x509.Certificate:
    """A self-signed root that may have one authority below it."""
    builder = _builder(key.public_key(), subject, subject, serial, not_before, not_after)
    for extension, critical in [
        (x509.BasicConstraints(ca=True, path_length=1), True),
        (_usage("key_cert_sign", "crl_sign"), True),
    ]:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=_deterministic(key))


def issue(
    *,
    issuer: Issuer,
    profile: Profile,
    key: PublicKey,
    subject: x509.Name,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    names: tuple[x509.GeneralName, ...] = (),
) -> x509.Certificate:
    """A certificate of the profile, signed by the issuer; never valid beyond the issuer's own end."""
    end = min(not_after, issuer.certificate.not_valid_after_utc)
    builder = _builder(key, subject, issuer.certificate.subject, serial, not_before, end)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    builder = builder.add_extension(authority, critical=False)
    for extension, critical in EXTENSIONS[profile]():
        builder = builder.add_extension(extension, critical)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if access := _access(issuer):
        builder = builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
    return builder.sign(issuer.key, hashes.SHA256(), ecdsa_deterministic=_deterministic(issuer.key))


def _builder(
    key: PublicKey, subject: x509.Name, issuer: x509.Name, serial: int, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer_name=issuer, subject_name=subject, public_key=key, serial_number=serial)
    builder = builder.not_valid_before(not_before).not_valid_after(not_after)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _deterministic(key: PrivateKey) -> bool | None:
    from cryptography.hazmat.primitives.asymmetric import ec

    return True if isinstance(key, ec.EllipticCurvePrivateKey) else None


def _access(issuer: Issuer) -> list[x509.AccessDescription]:
    pairs = [
        (AuthorityInformationAccessOID.OCSP, issuer.ocsp_url),
        (AuthorityInformationAccessOID.CA_ISSUERS, issuer.certificate_url),
    ]
    return [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in pairs if url]


def _usage(*names: str) -> x509.KeyUsage:
    known = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]  # fmt: skip
    return x509.KeyUsage(**{name: name in names for name in known})


def _end_entity() -> Extension:
    return x509.BasicConstraints(ca=False, path_length=None), True


def _issuing_ca() -> list[Extension]:
    return [(x509.BasicConstraints(ca=True, path_length=0), True), (_usage("key_cert_sign", "crl_sign"), True)]


def _ocsp() -> list[Extension]:
    # RFC 6960 §4.2.2.2: a delegate carries OCSPSigning; nocheck, as nobody could vouch for it but itself.
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    return [_end_entity(), (_usage("digital_signature"), True), (usage, False), (x509.OCSPNoCheck(), False)]


def _tsa() -> list[Extension]:
    # RFC 3161 §2.3: only timeStamping, and critical.
    return [
        _end_entity(),
        (_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
    ]


def _list_operator() -> list[Extension]:
    usage = x509.ExtendedKeyUsage([TRUSTED_LIST_SIGNING])
    return [_end_entity(), (_usage("digital_signature", "content_commitment"), True), (usage, False)]


def _qualified(policy: str, kind: str) -> list[Extension]:
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(policy), None)])
    statements = x509.UnrecognizedExtension(QC_STATEMENTS, _qc_statements(kind))
    return [_end_entity(), (_usage("content_commitment"), True), (policies, False), (statements, False)]


def _exchange_authentication() -> list[Extension]:
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
    return [_end_entity(), (_usage("digital_signature", "key_encipherment"), True), (usage, False)]


def _exchange_signing() -> list[Extension]:
    return [_end_entity(), (_usage("content_commitment"), True)]


class _Statement(core.Sequence):  # type: ignore[misc]
    """QCStatement of RFC 3739 §3.2.6."""

    _fields = [("statement_id", core.ObjectIdentifier), ("statement_info", core.Any, {"optional": True})]  # noqa: RUF012


class _Statements(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Statement


class _Types(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.ObjectIdentifier


def _qc_statements(kind: str) -> bytes:
    items = [
        {"statement_id": QC_COMPLIANCE},
        {"statement_id": QC_SSCD},
        {"statement_id": QC_TYPE, "statement_info": core.Any(_Types([kind]))},
    ]
    return bytes(_Statements(items).dump())


EXTENSIONS: dict[Profile, Callable[[], list[Extension]]] = {
    "issuing-ca": _issuing_ca,
    "ocsp": _ocsp,
    "tsa": _tsa,
    "list-operator": _list_operator,
    "person": lambda: _qualified(POLICY_PERSON, QC_TYPE_SIGNATURE),
    "official": lambda: _qualified(POLICY_PERSON, QC_TYPE_SIGNATURE),
    "seal": lambda: _qualified(POLICY_SEAL, QC_TYPE_SEAL),
    "authentication": _exchange_authentication,
    "signing": _exchange_signing,
    "tls": _exchange_authentication,
}
