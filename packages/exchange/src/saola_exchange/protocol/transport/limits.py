"""How much a peer may send before it is cut off; sizes in bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one message; `body` None leaves the body's size to whoever reads it."""

    part_header: int = 16 * 1024
    ocsp_responses: int = 10
    ocsp_response: int = 256 * 1024
    head: int = 256 * 1024
    body: int | None = None
    hash_chain: int = 1024 * 1024
    signature: int = 2 * 1024 * 1024
    fault: int = 256 * 1024
