"""Sending messages to the gateways of providers, over mutual TLS.

The other end is checked after the handshake and before anything is sent: its authentication
certificate must be registered for a gateway that serves the provider, and be neither out of date nor
revoked. aiohttp offers one place for that, `Fingerprint.check`, which `_RegisteredPeer` takes.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp

from saola_exchange.errors import ExchangeError
from saola_exchange.globalconf.parameters import Server
from saola_exchange.protocol.identifiers import ClientId
from saola_exchange.protocol.transport import Limits as TransportLimits
from saola_exchange.protocol.transport import request_headers

from .configuration import Limits
from .errors import PeerNotTrusted, PeerUnreachable
from .exchanging import Message, ReceivedMessage, encode, make_boundary, receive
from .handover import OcspHandover
from .peers import OcspMissing, Peers

RENEW_AFTER = 600.0
IDLE = 15.0


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request to be sent: what goes along with the message but is not signed."""

    message: Message
    request_id: str
    content_type: str | None
    ocsp_responses: tuple[bytes, ...]


class Transport(Protocol):
    """The way to the gateways of others."""

    async def exchange(self, *, servers: Sequence[Server], provider: ClientId, envelope: Envelope) -> ReceivedMessage:
        """Send to one of the servers. Raises PeerUnreachable, PeerNotTrusted, PeerFault, ProtocolError."""
        ...


class _RegisteredPeer(aiohttp.Fingerprint):
    """Asks `require` about the certificate of every new connection."""

    def __init__(self, require: Callable[[bytes], None]) -> None:
        super().__init__(bytes(32))
        self._require = require

    def check(self, transport: asyncio.Transport) -> None:
        tls = transport.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True) if tls is not None else None
        try:
            if der is None:
                raise PeerNotTrusted("the other gateway showed no certificate")
            self._require(der)
        except ExchangeError as exc:
            raise _PeerRefused(exc) from exc


class _PeerRefused(aiohttp.ServerFingerprintMismatch):
    def __init__(self, reason: ExchangeError) -> None:
        super().__init__(b"", b"", "", 0)
        self.reason = reason


@dataclass(slots=True)
class _Way:
    """The connections to one address on behalf of one provider."""

    session: aiohttp.ClientSession
    opened: float


@dataclass(slots=True)
class HttpTransport:
    """Over HTTPS with kept connections; they are renewed every ten minutes, so that revocation is noticed."""

    context: ssl.SSLContext
    peers: Peers
    handover: OcspHandover
    limits: Limits
    port: int = 5500
    _ways: dict[tuple[str, ClientId], _Way] = field(default_factory=dict)

    async def exchange(self, *, servers: Sequence[Server], provider: ClientId, envelope: Envelope) -> ReceivedMessage:
        """See `Transport`. Another server is tried only while nothing has been sent yet."""
        problem: ExchangeError = PeerUnreachable(f"no gateway of {provider} could be reached")
        for server in random.sample(servers, len(servers)):  # spreads the load over a provider's gateways
            try:
                return await self._exchange_with(server, provider, envelope)
            except _PeerRefused as exc:
                problem = exc.reason
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as exc:
                problem = PeerUnreachable(f"the gateway {server.id} at {server.address} could not be reached")
                problem.__cause__ = exc
        raise problem

    async def close(self) -> None:
        """Close all connections."""
        for way in self._ways.values():
            await way.session.close()
        self._ways.clear()

    async def _exchange_with(self, server: Server, provider: ClientId, envelope: Envelope) -> ReceivedMessage:
        try:
            return await self._send(server, provider, envelope)
        except _PeerRefused as exc:
            if not isinstance(exc.reason, OcspMissing):
                raise
            await self.handover.fetch(address=server.address, certificate=exc.reason.certificate)
        return await self._send(server, provider, envelope)

    async def _send(self, server: Server, provider: ClientId, envelope: Envelope) -> ReceivedMessage:
        boundary = make_boundary()
        timeout = aiohttp.ClientTimeout(total=self.limits.answer, connect=self.limits.connect)
        session = self._session(server.address, provider)
        try:
            async with session.post(
                f"https://{_host(server.address)}:{self.port}/",
                data=encode(
                    envelope.message, is_request=True, boundary=boundary, ocsp_responses=envelope.ocsp_responses
                ),
                headers=request_headers(
                    request_id=envelope.request_id, content_type=envelope.content_type, boundary=boundary
                ),
                ssl=self.context,
                allow_redirects=False,
                timeout=timeout,
            ) as answer:
                if answer.status != 200:
                    raise PeerUnreachable(f"the gateway {server.id} answered with status {answer.status}")
                return await receive(
                    answer.content.iter_any(),
                    content_type=answer.headers.get("Content-Type", ""),
                    expecting="response",
                    limits=TransportLimits(body=self.limits.body),
                )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, _PeerRefused):
            raise
        except TimeoutError as exc:
            raise PeerUnreachable(
                f"the gateway {server.id} did not answer within {self.limits.answer:g} seconds", code="timeout"
            ) from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise PeerUnreachable(f"the connection to the gateway {server.id} broke", code="io_error") from exc

    def _session(self, address: str, provider: ClientId) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        way = self._ways.get((address, provider))
        if way is not None and loop.time() - way.opened < RENEW_AFTER:
            return way.session
        if way is not None:  # whoever still uses it may finish
            old = way.session
            loop.call_later(self.limits.answer, lambda: loop.create_task(old.close()))
        way = _Way(self._open(address, provider), loop.time())
        self._ways[address, provider] = way
        return way.session

    def _open(self, address: str, provider: ClientId) -> aiohttp.ClientSession:
        check = _RegisteredPeer(lambda der: self.peers.require_provider(der, address=address, provider=provider))
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=check, limit=0, limit_per_host=0, keepalive_timeout=IDLE),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        )


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
