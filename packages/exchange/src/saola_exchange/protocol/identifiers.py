"""Names of members, their subsystems, services and servers, as they are written in paths and headers.

An identifier is valid by construction. The printed form joins the parts with `/`; the encoded form,
used in paths and headers, percent-encodes each part on its own, so that no part can contain a `/`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self
from urllib.parse import quote, unquote_to_bytes

from saola_exchange.errors import ProtocolError

MAXIMUM_PART_LENGTH = 255
FORBIDDEN_CHARACTERS = frozenset(":;/\\%\u200b\ufeff")


class InvalidIdentifier(ProtocolError):
    """A name that is empty, too long, or has a character that would be misread in a path or a log."""

    code = "invalid_client_identifier"
    remedy = "Use the identifier exactly as the registry lists it."


@dataclass(frozen=True, slots=True, order=True)
class _Identifier:
    def __post_init__(self) -> None:
        for part in self.parts:
            _require_valid_part(part)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that are set, from the instance on."""
        values = (getattr(self, field.name) for field in fields(self))
        return tuple(value for value in values if value is not None)

    @property
    def encoded(self) -> str:
        """The form for paths and headers: every part percent-encoded UTF-8."""
        return "/".join(quote(part, safe="") for part in self.parts)

    def __str__(self) -> str:
        return "/".join(self.parts)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the printed form. Raises InvalidIdentifier."""
        return cls._from_parts(text.split("/"), text)

    @classmethod
    def parse_encoded(cls, text: str) -> Self:
        """Read the form of paths and headers, decoding each part once. Raises InvalidIdentifier."""
        return cls._from_parts([_decode_part(part) for part in text.split("/")], text)

    @classmethod
    def _from_parts(cls, parts: Sequence[str], text: str) -> Self:
        names = [field.name for field in fields(cls)]
        optional = sum(1 for name in names if name in {"subsystem", "version"} and cls is not ServiceId)
        least = 5 if cls is ServiceId else len(names) - optional
        if not least <= len(parts) <= len(names):
            raise InvalidIdentifier(f"{_shown(text)} must have {least} to {len(names)} parts, not {len(parts)}")
        return cls(*parts)


@dataclass(frozen=True, slots=True, order=True)
class MemberId(_Identifier):
    """An organisation: `INSTANCE/CLASS/CODE`."""

    instance: str
    member_class: str
    member_code: str


@dataclass(frozen=True, slots=True, order=True)
class ClientId(_Identifier):
    """A member, or one of its subsystems: `INSTANCE/CLASS/CODE[/SUBSYSTEM]`."""

    instance: str
    member_class: str
    member_code: str
    subsystem: str | None = None

    @property
    def member(self) -> MemberId:
        """The organisation that answers for this client."""
        return MemberId(self.instance, self.member_class, self.member_code)


@dataclass(frozen=True, slots=True, order=True)
class ServiceId(_Identifier):
    """A service of a subsystem: `INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE[/VERSION]`; only SOAP has versions."""

    instance: str
    member_class: str
    member_code: str
    subsystem: str
    service: str
    version: str | None = None

    @property
    def client(self) -> ClientId:
        """The subsystem that offers the service."""
        return ClientId(self.instance, self.member_class, self.member_code, self.subsystem)

    @property
    def member(self) -> MemberId:
        """The organisation that offers the service."""
        return self.client.member


@dataclass(frozen=True, slots=True, order=True)
class ServerId(_Identifier):
    """A gateway: `INSTANCE/CLASS/CODE/SERVER`."""

    instance: str
    member_class: str
    member_code: str
    server_code: str

    @property
    def owner(self) -> MemberId:
        """The organisation that runs the gateway."""
        return MemberId(self.instance, self.member_class, self.member_code)


@dataclass(frozen=True, slots=True, order=True)
class GlobalGroupId(_Identifier):
    """A group whose members the registry lists: `INSTANCE/GROUP`."""

    instance: str
    group: str


def _require_valid_part(part: str) -> None:
    if not part or len(part) > MAXIMUM_PART_LENGTH:
        raise InvalidIdentifier(f"an identifier's part must have 1 to {MAXIMUM_PART_LENGTH} characters")
    if part in {".", ".."}:  # these would mean another place in a path
        raise InvalidIdentifier("an identifier's part must not be '.' or '..'")
    wrong = [char for char in part if char in FORBIDDEN_CHARACTERS or unicodedata.category(char) in {"Cc", "Cs"}]
    if wrong:
        raise InvalidIdentifier(f"character U+{ord(wrong[0]):04X} is not allowed in an identifier")


def _decode_part(part: str) -> str:
    try:
        return unquote_to_bytes(part).decode("utf-8")
    except UnicodeError as exc:
        raise InvalidIdentifier("an identifier must be percent-encoded UTF-8") from exc


def _shown(text: str) -> str:
    return repr(text if len(text) <= MAXIMUM_PART_LENGTH else text[:MAXIMUM_PART_LENGTH] + "…")
