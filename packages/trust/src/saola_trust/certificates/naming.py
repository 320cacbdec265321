"""The names in certificates as people read them."""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

# RFC 4514 §3 lets a program write more names than its own nine: these are the ones of RFC 4519, X.520 and EN 319 412.
SHORT_NAMES: Final = {
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.ORGANIZATION_IDENTIFIER: "organizationIdentifier",
    NameOID.BUSINESS_CATEGORY: "businessCategory",
    NameOID.GIVEN_NAME: "givenName",
    NameOID.SURNAME: "surname",
    NameOID.TITLE: "title",
    NameOID.PSEUDONYM: "pseudonym",
    NameOID.EMAIL_ADDRESS: "emailAddress",
}


def name_text(name: x509.Name) -> str:
    """The whole name as RFC 4514 writes it, with a word for each attribute that has one: to be read, not compared."""
    return name.rfc4514_string(SHORT_NAMES)
