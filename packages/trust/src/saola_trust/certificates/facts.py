"""What a certificate states about its holder, as plain values for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from saola_trust.certificates.naming import name_text

ORGANISATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """The holder of a certificate.

    `kind` is ``organisation`` when the subject carries an organisation and no person's number.
    `personal_number` is the part after the prefix of EN 319 412-1 §5.1.3 (``IDCXX-``), `country` the subject's C.
    """

    kind: Literal["person", "organisation"]
    common_name: str
    given_name: str | None
    surname: str | None
    personal_number: str | None
    organisation: str | None
    organisation_identifier: str | None
    title: str | None
    country: str | None
    serial_number: str
    issuer: str
    not_before: datetime
    not_after: datetime
    fingerprint: str

    @property
    def display_name(self) -> str:
        """The name to show: person, with organisation when the certificate states one."""
        return (
            f"{self.common_name} ({self.organisation})"
            if self.personal_number and self.organisation
            else self.common_name
        )


def facts_of(certificate: x509.Certificate) -> CertificateFacts:
    """Read the facts; absent attributes are None, the common name falls back to the whole subject."""
    subject = certificate.subject
    serial_attribute = _one(subject, NameOID.SERIAL_NUMBER)
    personal = personal_number(serial_attribute)
    given, surname = _one(subject, NameOID.GIVEN_NAME), _one(subject, NameOID.SURNAME)
    return CertificateFacts(
        kind="person" if personal or given or surname else "organisation",
        common_name=_one(subject, NameOID.COMMON_NAME) or name_text(subject),
        given_name=given,
        surname=surname,
        personal_number=personal,
        organisation=_one(subject, NameOID.ORGANIZATION_NAME),
        organisation_identifier=_one(subject, ORGANISATION_IDENTIFIER),
        title=_one(subject, NameOID.TITLE),
        country=_one(subject, NameOID.COUNTRY_NAME),
        serial_number=f"{certificate.serial_number:x}",
        issuer=_one(certificate.issuer, NameOID.COMMON_NAME) or name_text(certificate.issuer),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def personal_number(serial_attribute: str | None) -> str | None:
    """``IDCXX-123`` → ``123``; None when it is not a natural person's identifier of EN 319 412-1 §5.1.3."""
    if serial_attribute is None or len(serial_attribute) < 7 or serial_attribute[5] != "-":
        return None
    return serial_attribute[6:] if serial_attribute[:3] in {"IDC", "PNO", "PAS", "TIN"} else None


def may_sign_documents(certificate: x509.Certificate) -> bool:
    """Whether key usage nonRepudiation (contentCommitment) is set; EN 319 412-2 §4.3.2 demands it for signatures."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return bool(usage.content_commitment)


def extended_key_usages(certificate: x509.Certificate) -> tuple[str, ...]:
    """The dotted identifiers of the extended key usages; empty when the extension is absent."""
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(usage.dotted_string for usage in usages)


def _one(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    values = name.get_attributes_for_oid(oid)
    return str(values[0].value) if values else None
