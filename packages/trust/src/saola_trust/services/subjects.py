"""From the subject of a request (plain values) to the name in the certificate, profile by profile."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cryptography import x509
from cryptography.x509.oid import NameOID

from saola_trust.certificates.facts import ORGANISATION_IDENTIFIER
from saola_trust.certificates.profiles import Profile
from saola_trust.errors import RequestRefused

ATTRIBUTES = {
    "country": NameOID.COUNTRY_NAME,
    "organisation": NameOID.ORGANIZATION_NAME,
    "organisation_identifier": ORGANISATION_IDENTIFIER,
    "business_category": NameOID.BUSINESS_CATEGORY,
    "title": NameOID.TITLE,
    "common_name": NameOID.COMMON_NAME,
    "surname": NameOID.SURNAME,
    "given_name": NameOID.GIVEN_NAME,
    "serial_number": NameOID.SERIAL_NUMBER,
}
PERSON = {"common_name", "given_name", "surname", "serial_number", "country"}
EXCHANGE = {"instance", "member_class", "member_code", "organisation", "country"}
REQUIRED: dict[Profile, set[str]] = {
    "person": PERSON,
    "official": PERSON,
    "seal": {"common_name", "organisation", "organisation_identifier", "country"},
    "authentication": EXCHANGE,
    "signing": EXCHANGE,
    "tls": {"common_name", "country"},
}
OPTIONAL: dict[Profile, set[str]] = {
    "person": set(),
    "official": {"organisation", "title"},
    "seal": set(),
    "authentication": {"server_code"},
    "signing": {"server_code"},
    "tls": {"organisation"},
}
LONGEST = {"country": 2, "common_name": 64, "organisation": 64, "title": 64, "serial_number": 64}
PERSONAL = re.compile(r"(IDC|PNO|PAS|TIN)[A-Z]{2}-\S{1,50}")


def checked_subject(profile: str, given: object) -> tuple[Profile, dict[str, str]]:
    """The subject of a request as it may stand in a certificate; raises RequestRefused naming the field."""
    kind = next((known for known in REQUIRED if known == profile), None)
    if kind is None:
        raise RequestRefused(f"there is no profile {profile!r}; there are {', '.join(REQUIRED)}")
    if not isinstance(given, Mapping):
        raise RequestRefused("subject should be an object of texts")
    present = {name: value for name, value in given.items() if value is not None}
    for name, value in present.items():
        if name not in REQUIRED[kind] | OPTIONAL[kind]:
            raise RequestRefused(f"subject.{name} does not belong into profile {kind}")
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise RequestRefused(f"subject.{name} should be a text that is not empty")
        if len(value) > LONGEST.get(name, 128):
            raise RequestRefused(f"subject.{name} is longer than {LONGEST.get(name, 128)} characters")
    if missing := REQUIRED[kind] - set(present):
        raise RequestRefused(f"subject.{min(missing)} is missing")
    if "serial_number" in present and not PERSONAL.fullmatch(present["serial_number"]):
        raise RequestRefused("subject.serial_number should look like IDCXX-123 (EN 319 412-1 §5.1.3)")
    return kind, _exchange_names(kind, present)


def subject_name(subject: Mapping[str, str]) -> x509.Name:
    """The name, with the attributes in the order of `ATTRIBUTES`; raises RequestRefused."""
    try:
        return x509.Name(
            [x509.NameAttribute(oid, subject[name]) for name, oid in ATTRIBUTES.items() if name in subject]
        )
    except ValueError as exc:
        raise RequestRefused(f"the subject cannot stand in a certificate: {exc}") from exc


def _exchange_names(profile: Profile, subject: dict[str, str]) -> dict[str, str]:
    """X-Road's Basic profile: businessCategory is the member class, serialNumber the member code."""
    if profile not in {"authentication", "signing"}:
        return subject
    if profile == "authentication" and "server_code" not in subject:
        raise RequestRefused("subject.server_code is missing")
    return {
        "country": subject["country"],
        "organisation": subject["organisation"],
        "business_category": subject["member_class"],
        "serial_number": subject["member_code"],
        "common_name": subject["server_code"] if profile == "authentication" else subject["member_code"],
    }
