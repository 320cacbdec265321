"""Paths of requests and the patterns of access rights.

A right names a method and a path pattern. The pattern is matched on the decoded path, segment by
segment, and a path that two readers could understand differently is refused before it is matched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from saola_exchange.errors import ProtocolError

_AMBIGUOUS = re.compile(r"[/\\\x00-\x1f\x7f]")


class AmbiguousPath(ProtocolError):
    """A path with `..`, an encoded slash or the like: what it means depends on who decodes it."""

    code = "invalid_request"
    remedy = "Send the path without dot segments, encoded slashes, backslashes and control characters."


def canonical_path(raw: str) -> str:
    """The decoded path (always beginning with `/`) that rights are matched on.

    `raw` is the percent-encoded path below the service, without the query; "" means "/".
    Raises AmbiguousPath.
    """
    segments = [_decode(segment) for segment in raw.removeprefix("/").split("/")]
    return "/" + "/".join(segments)


@dataclass(frozen=True, slots=True)
class EndpointPattern:
    """What one right covers: `method` is a verb or `*`; in `path`, `*` stays within a segment,
    `**` is anything and `\\*` is a star itself (pr-rest; X-Road's access rights)."""

    method: str = "*"
    path: str = "**"

    def covers(self, *, method: str, path: str) -> bool:
        """Whether the right covers a request; `path` as given by `canonical_path`."""
        if self.method != "*" and self.method.upper() != method.upper():
            return False
        return _expression(self.path).fullmatch(path) is not None


def _decode(segment: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", segment):
        raise AmbiguousPath("a percent sign in the path does not begin an escape")
    try:
        text = unquote_to_bytes(segment).decode("utf-8")
    except UnicodeError as exc:
        raise AmbiguousPath("the path is not percent-encoded UTF-8") from exc
    if text in {".", ".."} or _AMBIGUOUS.search(text):
        raise AmbiguousPath("the path has a dot segment, an encoded slash, a backslash or a control character")
    return text


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    meaning = {"**": ".*", "*": "[^/]*", r"\*": r"\*"}
    parts = re.split(r"(\\\*|\*\*+|\*)", pattern)
    return re.compile("".join(meaning.get(re.sub(r"\*{2,}", "**", part), re.escape(part)) for part in parts), re.DOTALL)
