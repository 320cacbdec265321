"""Why data is asked for: the own headers of Saola, signed with the message because they stand in its head.

X-Road's servers pass them on like any other header, so a message with them works in a federation.
Values are percent-encoded UTF-8.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from saola_exchange.protocol import headers as fields
from saola_exchange.protocol.headers import Headers, InvalidHeader

MAXIMUM_LENGTH = 1000
_SAFE = "/:,;@!$&'()*+="


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the consumer declares about a request; None where it declares nothing."""

    purpose: str | None = None
    legal_ground: str | None = None
    data_subject: str | None = None
    dossier: str | None = None

    def to_headers(self) -> Headers:
        """The header fields of what is declared."""
        named = ((name, getattr(self, attribute)) for attribute, name in _HEADERS.items())
        return tuple((name, quote(value, safe=_SAFE)) for name, value in named if value is not None)

    @classmethod
    def from_headers(cls, headers: Headers) -> Declaration:
        """Read the declaration from a message's headers. Raises InvalidHeader."""
        found = {attribute: _decoded(headers, name) for attribute, name in _HEADERS.items()}
        return cls(**found)


_HEADERS = {
    "purpose": "Saola-Purpose",
    "legal_ground": "Saola-Legal-Ground",
    "data_subject": "Saola-Data-Subject",
    "dossier": "Saola-Dossier",
}


def _decoded(headers: Headers, name: str) -> str | None:
    value = fields.optional(headers, name)
    if value is None or not value:
        return None
    try:
        text = unquote_to_bytes(value.encode("ascii")).decode("utf-8")
    except UnicodeError as exc:
        raise InvalidHeader(f"header {name} must be percent-encoded UTF-8") from exc
    if len(text) > MAXIMUM_LENGTH:
        raise InvalidHeader(f"header {name} is longer than {MAXIMUM_LENGTH} characters")
    return text
