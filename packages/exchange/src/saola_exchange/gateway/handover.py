"""Handing over OCSP answers between gateways, port 5577: so that a gateway need not reach foreign responders.

`GET /?cert={sha1}&cert_hash={sha256}` in hex, answered with one multipart part per certificate, in the
order of the question. Plain HTTP, because the answers are signed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from saola_exchange.errors import ProtocolError
from saola_exchange.protocol.transport.multipart import PartBegins, PartBytes, Reader, boundary_of

from .downloads import read_limited
from .errors import NotReady, PeerUnreachable
from .exchanging import make_boundary
from .revocation import OwnStatus, fingerprint

log = logging.getLogger(__name__)

LARGEST_ANSWER = 1024 * 1024
MOST_ASKED = 10
MOST_KEPT = 1024


def sha1_of(certificate: x509.Certificate) -> str:
    """The name that the protocol uses here; it only identifies, it protects nothing."""
    return certificate.fingerprint(hashes.SHA1()).hex()  # noqa: S303


@dataclass(slots=True)
class OcspHandover:
    """The asking side; remembers the last answer about each certificate of a peer."""

    session: aiohttp.ClientSession
    port: int = 5577
    _answers: dict[str, bytes] = field(default_factory=dict)

    def known(self, certificate: x509.Certificate) -> tuple[bytes, ...]:
        """What was fetched before; may be too old by now."""
        answer = self._answers.get(fingerprint(certificate))
        return () if answer is None else (answer,)

    async def fetch(self, *, address: str, certificate: x509.Certificate) -> None:
        """Ask the gateway at `address` about its certificate. Raises PeerUnreachable, ProtocolError."""
        host = f"[{address}]" if ":" in address else address
        url = f"http://{host}:{self.port}/?cert={sha1_of(certificate)}&cert_hash={fingerprint(certificate)}"
        try:
            timeout = aiohttp.ClientTimeout(total=30, connect=10)
            async with self.session.get(url, timeout=timeout, allow_redirects=False) as answer:
                content = await read_limited(answer.content, limit=LARGEST_ANSWER)
                kind, status = answer.headers.get("Content-Type", ""), answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise PeerUnreachable(f"the gateway at {address} does not hand over OCSP answers") from exc
        if status != 200:
            raise PeerUnreachable(f"the gateway at {address} has no OCSP answer for its certificate")
        parts = read_parts(content, content_type=kind)
        if len(parts) != 1:
            raise ProtocolError("the other gateway gave another number of OCSP answers than asked for")
        if len(self._answers) >= MOST_KEPT:
            self._answers.clear()
        self._answers[fingerprint(certificate)] = parts[0]


def read_parts(content: bytes, *, content_type: str) -> list[bytes]:
    """The parts of a multipart answer. Raises ProtocolError."""
    reader = Reader(boundary=boundary_of(content_type), maximum_header=16 * 1024)
    parts: list[bytearray] = []
    for piece in reader.feed(content):
        if isinstance(piece, PartBegins):
            parts.append(bytearray())
        elif isinstance(piece, PartBytes):
            parts[-1] += piece.data
    if not reader.ended:
        raise ProtocolError("the OCSP answers were cut off")
    return [bytes(part) for part in parts]


def write_parts(parts: Sequence[bytes], *, boundary: str) -> bytes:
    """The multipart form of some OCSP answers."""
    head = f"--{boundary}\r\ncontent-type:application/ocsp-response\r\n\r\n".encode()
    return b"\r\n".join(head + part for part in parts) + f"\r\n--{boundary}--\r\n".encode()


@dataclass(frozen=True, slots=True)
class OcspListener:
    """The answering side, about the own certificates only."""

    own: OwnStatus
    new_boundary: Callable[[], str] = make_boundary

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one question."""
        if request.method not in {"GET", "HEAD"}:
            return web.Response(status=405, headers={"Allow": "GET, HEAD"})
        if request.method == "HEAD":
            return web.Response()
        known = {sha1_of(certificate): certificate for certificate in self.own.certificates}
        asked = request.query.getall("cert", [])[: MOST_ASKED + 1]
        if not asked or len(asked) > MOST_ASKED or any(name.lower() not in known for name in asked):
            return web.Response(status=404, text="This gateway answers about its own certificates only.\n")
        try:
            answers = [self.own.answer_for(known[name.lower()]) for name in asked]
        except NotReady as exc:
            return web.Response(status=503, text=f"{exc.detail}\n")
        boundary = self.new_boundary()
        content_type = f'multipart/related; type="application/ocsp-response"; charset=UTF-8; boundary={boundary}'
        return web.Response(body=write_parts(answers, boundary=boundary), headers={"Content-Type": content_type})
