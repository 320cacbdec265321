"""Writing a message: each method gives the bytes of one part, in the order the protocol wants them."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from saola_exchange.protocol.rest import HASH_ALGORITHM_NAME
from saola_exchange.protocol.transport.kinds import (
    FAULT,
    HASH_CHAIN,
    HASH_CHAIN_RESULT,
    OCSP_RESPONSE,
    REST_BODY,
    REST_REQUEST,
    REST_RESPONSE,
    SIGNATURE,
)

# Parsed as a semantic version by X-Road: packaged servers refuse clients older than 7.6.0.
PROXY_VERSION = "7.8.0"


def new_boundary(choose: Callable[[str], str]) -> str:
    """A boundary that a body cannot contain by chance; `choose` picks a character (`secrets.choice`)."""
    return "xtop" + "".join(choose(string.ascii_letters) for _ in range(30))


def request_headers(*, request_id: str, content_type: str | None, boundary: str) -> dict[str, str]:
    """The HTTP headers of a message to a provider's gateway; `content_type` is the consumer's own,
    None when it gave none."""
    headers = {
        "content-type": f"multipart/mixed; charset=UTF-8; boundary={boundary}",
        "x-hash-algorithm": HASH_ALGORITHM_NAME,
        "x-proxy-version": PROXY_VERSION,
        "x-road-request-id": request_id,
        "x-road-message-type": "REST",
    }
    return headers if content_type is None else {**headers, "x-original-content-type": content_type}


def response_headers(*, boundary: str) -> dict[str, str]:
    """The HTTP headers of the answer to a consumer's gateway."""
    content_type = f"multipart/mixed; charset=UTF-8; boundary={boundary}"
    return {"content-type": content_type, "x-hash-algorithm": HASH_ALGORITHM_NAME}


@dataclass(slots=True)
class Encoder:
    """The bytes of one message. Call in order: ocsp*, head, [start_body, raw chunks…], [hash_chain],
    signature or fault; `signature` and `fault` end the message. Body chunks need no wrapping."""

    boundary: str
    _begun: bool = False

    def ocsp_response(self, der: bytes) -> bytes:
        """One part with an OCSP response (only in requests)."""
        return self._part(OCSP_RESPONSE, der)

    def request_head(self, head: bytes) -> bytes:
        """The REST request head."""
        return self._part(REST_REQUEST, head)

    def response_head(self, head: bytes) -> bytes:
        """The REST response head."""
        return self._part(REST_RESPONSE, head)

    def start_body(self) -> bytes:
        """What precedes the body's own bytes."""
        return self._part(REST_BODY, b"")

    def hash_chain(self, *, result: bytes, chain: bytes) -> bytes:
        """The two parts of a signature made over a hash chain."""
        return self._part(HASH_CHAIN_RESULT, result) + self._part(HASH_CHAIN, chain)

    def signature(self, xml: bytes) -> bytes:
        """The signature and the end of the message."""
        return self._part(SIGNATURE, xml) + self._end()

    def fault(self, soap: bytes) -> bytes:
        """A fault in place of the signature (it failed after the response had begun), and the end."""
        return self._part(FAULT, soap) + self._end()

    def message(
        self,
        *,
        head: bytes,
        is_request: bool,
        signature: bytes,
        body: Iterable[bytes] | None = None,
        hash_chain: tuple[bytes, bytes] | None = None,
        ocsp_responses: Iterable[bytes] = (),
    ) -> Iterator[bytes]:
        """A whole message; `hash_chain` is (result, chain)."""
        for der in ocsp_responses:
            yield self.ocsp_response(der)
        yield self.request_head(head) if is_request else self.response_head(head)
        if body is not None:
            yield self.start_body()
            yield from body
        if hash_chain is not None:
            yield self.hash_chain(result=hash_chain[0], chain=hash_chain[1])
        yield self.signature(signature)

    def _part(self, kind: str, content: bytes) -> bytes:
        delimiter = f"\r\n--{self.boundary}" if self._begun else f"--{self.boundary}"
        self._begun = True
        return f"{delimiter}\r\ncontent-type: {kind}\r\n\r\n".encode("ascii") + content

    def _end(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode("ascii")
