"""Gives a body that came in chunks a length before Django sees it.

Django takes a request without Content-Length for one without a body, and a gateway that streams
sends none. The chunks go through a temporary file, never more than the site's limit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

_STEP = 1024 * 1024
_IN_MEMORY = 2 * 1024 * 1024


def with_known_length(*, application: WSGIApplication, limit: int) -> WSGIApplication:
    """`application`, called with a Content-Length in any case; over `limit` bytes the middleware refuses."""

    def wrapped(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return application(environ, start_response)
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
            environ["CONTENT_LENGTH"] = str(_spool(source=environ["wsgi.input"], target=body, limit=limit))
            body.seek(0)
            environ["wsgi.input"] = body
            return list(application(environ, start_response))

    return wrapped


def _spool(*, source: Any, target: Any, limit: int) -> int:
    """Bytes copied; stops one step beyond the limit, which is enough to know that it is too much."""
    copied = 0
    while copied <= limit and (piece := source.read(_STEP)):
        target.write(piece)
        copied += len(piece)
    return copied
