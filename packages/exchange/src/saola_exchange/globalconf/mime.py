"""The small part of MIME that signed directories use; line ends may be CRLF or LF, contents are exact bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from saola_exchange.globalconf.errors import ConfigurationInvalid


@dataclass(frozen=True, slots=True)
class MimePart:
    """Header fields (names in lower case) and the exact content."""

    headers: Mapping[str, str]
    content: bytes

    def required(self, name: str) -> str:
        """The value of a header field. Raises ConfigurationInvalid when it is not there."""
        value = self.headers.get(name.lower(), "")
        if not value:
            raise ConfigurationInvalid(f"the header {name} is missing", code="global_conf_header_field_missing")
        return value


def read_part(data: bytes) -> MimePart:
    """Header fields up to the first empty line, then the content. Raises ConfigurationInvalid."""
    if match := re.match(rb"\r?\n", data):
        return MimePart({}, data[match.end() :])
    block, separator, content = _split(data)
    headers: dict[str, str] = {}
    for line in block.split("\n"):
        name, colon, value = line.rstrip("\r").partition(":")
        if not colon:
            raise ConfigurationInvalid("a header line of the directory has no colon")
        if name.strip().lower() in headers:
            raise ConfigurationInvalid(f"the header {name.strip()} is given twice")
        headers[name.strip().lower()] = value.strip()
    return MimePart(headers, content if separator else b"")


def read_multipart(part: MimePart) -> list[MimePart]:
    """The parts of a multipart content; a missing end is tolerated here, what is missing is found later."""
    match = re.search(r'boundary\s*=\s*"?([^";\s]+)', part.headers.get("content-type", ""), re.IGNORECASE)
    if match is None:
        raise ConfigurationInvalid("the directory names no boundary")
    mark = re.escape(match.group(1).encode("ascii", "replace"))
    pieces = re.split(rb"(?:^|\r?\n)--" + mark + rb"(--)?[ \t]*(?:\r?\n|$)", b"\n" + part.content)
    # re.split gives: preamble, end mark, piece, end mark, piece, …; the first boundary lost its line break above
    found = []
    for end, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if end is not None:
            break
        found.append(read_part(piece))
    return found


def _split(data: bytes) -> tuple[str, bool, bytes]:
    match = re.search(rb"\r?\n\r?\n", data)
    block = data if match is None else data[: match.start()]
    try:
        text = block.decode("utf-8").rstrip("\r\n")
    except UnicodeError as exc:
        raise ConfigurationInvalid("the header of a part is not UTF-8") from exc
    return text, match is not None, b"" if match is None else data[match.end() :]
