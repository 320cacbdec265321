"""Header fields of a message: a list of pairs whose order and spelling are part of what is signed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from saola_exchange.errors import ProtocolError

Headers = tuple[tuple[str, str], ...]

# They belong to one connection, not to the message; a receiver refuses a message that has one (pr-rest §4.3).
CONNECTION_HEADERS = frozenset(
    {
        "transfer-encoding",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "upgrade",
        "connection",
        "user-agent",
        "host",
        "content-length",
        "server",
        "expect",
    }
)
# Secrets between an information system and its own gateway: they never leave the organisation.
LOCAL_SECRETS = frozenset({"x-saola-client-token", "x-saola-gateway-token"})
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


class InvalidHeader(ProtocolError):
    """A header field that is malformed, doubled or not allowed inside a message."""

    code = "invalid_request"


class MissingHeader(ProtocolError):
    """A mandatory header field is not there."""

    code = "missing_header_field"


def values(headers: Headers, name: str) -> list[str]:
    """All values of the field, whatever the case of its name."""
    wanted = name.lower()
    return [value for key, value in headers if key.lower() == wanted]


def optional(headers: Headers, name: str) -> str | None:
    """The one value of the field, or None.

    Raises InvalidHeader when there are several that differ: which of them was meant must not
    depend on who reads the message.
    """
    found = values(headers, name)
    if len(set(found)) > 1:
        raise InvalidHeader(f"header {name} is given more than once", code="duplicate_header_field")
    return found[0] if found else None


def required(headers: Headers, name: str) -> str:
    """The one value of the field. Raises MissingHeader, InvalidHeader."""
    value = optional(headers, name)
    if value is None or not value:
        raise MissingHeader(f"header {name} is missing")
    return value


def without(headers: Iterable[tuple[str, str]], names: Iterable[str]) -> Headers:
    """The headers except those named (lower case), in their order."""
    dropped = frozenset(names)
    return tuple((key, value) for key, value in headers if key.lower() not in dropped)


def require_writable(headers: Headers) -> None:
    """Refuse what could not be read back as it was written. Raises InvalidHeader."""
    for name, value in headers:
        if not _TOKEN.fullmatch(name):
            raise InvalidHeader("a header's name is not a valid token")
        if not _VALUE.fullmatch(value) or value != value.strip(" \t"):
            raise InvalidHeader(f"the value of header {name} has a control character or white space around it")


def require_end_to_end(headers: Headers) -> None:
    """Refuse fields that belong to a connection or to one organisation only. Raises InvalidHeader."""
    for name, _ in headers:
        if name.lower() in CONNECTION_HEADERS or name.lower() in LOCAL_SECRETS:
            raise InvalidHeader(f"header {name} is not allowed inside a message")
