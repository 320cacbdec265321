"""Which member a certificate's subject names: each certification service has its own convention.

The registry names the convention by a class name of X-Road; only its last part counts here. A
subject that does not follow the convention exactly names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cryptography import x509
from cryptography.x509.oid import NameOID

from saola_exchange.errors import Whose
from saola_exchange.globalconf.errors import ConfigurationInvalid
from saola_exchange.protocol.identifiers import InvalidIdentifier, MemberId

_ORGANISATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
_SUFFIX = "CertificateProfileInfoProvider"


class SubjectNamesNobody(ConfigurationInvalid):
    """The subject does not follow the certification service's convention."""

    code = "incorrect_certificate"
    fault: Whose = "peer"
    remedy = "Use a certificate that the certification service issued for the exchange."


def member_of_subject(subject: x509.Name, *, profile: str, instance: str) -> MemberId:
    """The member that the subject of a signing certificate names.

    `profile` is the class name of the certification service, `instance` the configuration's own,
    for conventions that do not write it. Raises SubjectNamesNobody, ConfigurationInvalid.
    """
    name = profile.rpartition(".")[2].removesuffix(_SUFFIX).lower()
    convention = _CONVENTIONS.get(name)
    if convention is None:
        raise ConfigurationInvalid(f"the certificate profile {name[:50]!r} is not known")
    try:
        return convention(subject, instance)
    except InvalidIdentifier as exc:
        raise SubjectNamesNobody(f"the certificate's subject names no valid member: {exc.detail}") from exc


def _fivrk(subject: x509.Name, _: str) -> MemberId:
    """C=FI, CN=code, serialNumber=instance/server/class; before that O=instance, OU=class."""
    _require_country(subject, "FI")
    serial = _optional(subject, NameOID.SERIAL_NUMBER)
    if serial is None:
        return _by_organisation(subject)
    parts = serial.split("/")
    if len(parts) != 3:
        raise SubjectNamesNobody("the serial number of the subject is not instance/server/class")
    return MemberId(parts[0], parts[2], _one(subject, NameOID.COMMON_NAME))


def _ejbca(subject: x509.Name, _: str) -> MemberId:
    instance = _one(subject, NameOID.COUNTRY_NAME)
    return MemberId(instance, _one(subject, NameOID.ORGANIZATION_NAME), _one(subject, NameOID.COMMON_NAME))


def _country(code: str) -> Callable[[x509.Name, str], MemberId]:
    def convention(subject: x509.Name, _: str) -> MemberId:
        _require_country(subject, code)
        return _by_organisation(subject)

    return convention


def _by_organisation(subject: x509.Name) -> MemberId:
    oids = (NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.COMMON_NAME)
    return MemberId(*(_one(subject, oid) for oid in oids))


def _sk_klass3(subject: x509.Name, instance: str) -> MemberId:
    """The register that the organisation identifier names, else the first digit of the register code."""
    identifier = _optional(subject, _ORGANISATION_IDENTIFIER)
    if identifier is not None:
        classes = {"NTREE": "COM", "GO:EE": "GOV", "NP:EE": "NGO"}
        register, dash, code = identifier.partition("-")
        if not dash:
            raise SubjectNamesNobody("the organisation identifier of the subject has no register")
        return MemberId(instance, classes.get(register, "NEE"), code)
    code = _one(subject, NameOID.SERIAL_NUMBER)
    if not re.fullmatch(r"[1-9][0-9]{7}", code):
        raise SubjectNamesNobody("the serial number of the subject is not a register code of 8 digits")
    member_class = "COM" if code[0] in "123456" else "GOV" if code[0] == "7" else "NGO"
    return MemberId(instance, member_class, code)


def _sk_esteid(subject: x509.Name, instance: str) -> MemberId:
    return MemberId(instance, "PERSON", _one(subject, NameOID.SERIAL_NUMBER))


def _basic(subject: x509.Name, instance: str) -> MemberId:
    return MemberId(instance, _one(subject, NameOID.BUSINESS_CATEGORY), _one(subject, NameOID.SERIAL_NUMBER))


_CONVENTIONS: dict[str, Callable[[x509.Name, str], MemberId]] = {
    "fivrk": _fivrk,
    "ejbca": _ejbca,
    "is": _country("IS"),
    "fo": _country("FO"),
    "skklass3": _sk_klass3,
    "skesteid": _sk_esteid,
    "basic": _basic,
    "basicacme": _basic,
}


def _require_country(subject: x509.Name, code: str) -> None:
    if _one(subject, NameOID.COUNTRY_NAME) != code:
        raise SubjectNamesNobody(f"the country of the subject is not {code}")


def _one(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    value = _optional(subject, oid)
    if value is None:
        raise SubjectNamesNobody(f"the subject has no attribute {oid.dotted_string}")
    return value


def _optional(subject: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    """The one value; several would let two readers see two members."""
    found = subject.get_attributes_for_oid(oid)
    if len(found) > 1:
        raise SubjectNamesNobody(f"the subject has attribute {oid.dotted_string} more than once")
    return str(found[0].value).strip() if found else None
