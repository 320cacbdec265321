"""Time stamps (RFC 3161): ask, issue, read, verify. Bytes in, bytes out."""

from __future__ import annotations

from saola_trust.timestamps.asking import TimestampRequest, parse_request, request, token_of
from saola_trust.timestamps.issuing import issue, refuse
from saola_trust.timestamps.verifying import Timestamp, read_token, verify

__all__ = [
    "Timestamp",
    "TimestampRequest",
    "issue",
    "parse_request",
    "read_token",
    "refuse",
    "request",
    "token_of",
    "verify",
]
