"""The wire, as values: identifiers, heads, multipart, hash chains, signatures, faults.

No input or output happens here: bytes come in, values go out, and the clock, the randomness and the
signer are passed in. What the bytes look like is X-Road's message protocol for REST, version 1, and
its message transport protocol; see `docs/reference/evidence.md` for the codes of refusals.
"""
