"""The HTTP listeners: they turn HTTP into the values of `journey`, and its results or failures back.

No framework routes here: the raw target is what counts, exactly as it was sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

from saola_exchange.errors import ExchangeError, ProtocolError
from saola_exchange.globalconf import ConfigurationView
from saola_exchange.protocol.faults import CONSUMER_SERVER, PROVIDER_SERVER, to_soap
from saola_exchange.protocol.headers import Headers
from saola_exchange.protocol.rest import HASH_ALGORITHM_NAME
from saola_exchange.protocol.transport import Limits as TransportLimits
from saola_exchange.protocol.transport import response_headers

from .answers import consumer_answer, told_fault
from .configuration import Limits
from .errors import BodyTooLarge, PeerNotTrusted, TooBusy
from .evidence import Evidence
from .exchanging import encode, make_boundary, read_body, receive
from .journey import Answer, Arrival, Call, ConsumerSide, ProviderSide
from .metadata import clients_as_json, clients_as_xml
from .services import plain_text

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Turnstile:
    """Lets so many messages in at once; beyond that a clear refusal is better than running out of memory."""

    most: int
    inside: int = 0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Be inside for the length of the block. Raises TooBusy."""
        if self.inside >= self.most:
            raise TooBusy(f"{self.most} messages are under way already")
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1


@dataclass(frozen=True, slots=True)
class ConsumerListener:
    """What the own information systems talk to."""

    side: ConsumerSide
    view: Callable[[], ConfigurationView]
    evidence: Evidence
    limits: Limits
    turnstile: Turnstile
    new_detail: Callable[[], str]

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            with self.turnstile.passing():
                return await self._route(request)(request)
        except Exception as exc:  # noqa: BLE001 (the edge: everything becomes an answer with a reference number)
            fault = told_fault(exc, prefix=CONSUMER_SERVER, new_detail=self.new_detail)
            return consumer_answer(fault, accept=request.headers.get("Accept"))

    def _route(self, request: web.BaseRequest) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
        path = raw_target(request).partition("?")[0]
        if path.startswith("/r1/"):
            return self._message
        routes = {
            "/listClients": self._list_clients,
            "/asic": self._container,
            "/verificationconf": self._configuration,
        }
        if path not in routes:
            code = "invalid_protocol_version" if path.startswith("/r") and path[2:3].isdigit() else "invalid_request"
            raise ProtocolError("nothing is at this address: messages go to /r1/{provider}/{service}", code=code)
        if request.method != "GET":
            raise ProtocolError(f"{path} is read with GET")
        return routes[path]

    async def _message(self, request: web.BaseRequest) -> web.StreamResponse:
        if (request.content_length or 0) > self.limits.body:
            raise BodyTooLarge(f"the body is larger than {self.limits.body} bytes")
        async with arriving(self.limits.answer):
            body = await read_body(request.content.iter_any(), limit=self.limits.body)
        call = Call(request.method, raw_target(request), raw_headers(request), body)
        return consumer_response(await self.side.carry(call))

    async def _list_clients(self, request: web.BaseRequest) -> web.StreamResponse:
        view = self.view()
        members = view.members(_parameter(request, "xRoadInstance"))
        if "application/json" in request.headers.get("Accept", ""):
            return web.Response(body=clients_as_json(members), content_type="application/json", charset="utf-8")
        return web.Response(body=clients_as_xml(members), content_type="text/xml", charset="utf-8")

    async def _container(self, request: web.BaseRequest) -> web.StreamResponse:
        query = parse_qs(raw_target(request).partition("?")[2], keep_blank_values=True)
        token = request.headers.get("X-Saola-Client-Token")
        download = await self.evidence.containers(query, token=token)
        return _file(download.content, media_type=download.media_type, name=download.name)

    async def _configuration(self, _: web.BaseRequest) -> web.StreamResponse:
        download = await self.evidence.configuration()
        return _file(download.content, media_type=download.media_type, name=download.name)


@dataclass(frozen=True, slots=True)
class ProviderListener:
    """What the gateways of others talk to, over mutual TLS."""

    side: ProviderSide
    limits: Limits
    turnstile: Turnstile
    new_detail: Callable[[], str]

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one message; a failure is a SOAP fault with status 200, for REST too."""
        try:
            with self.turnstile.passing():
                return await self._serve(request)
        except Exception as exc:  # noqa: BLE001 (the edge: everything becomes a fault with a reference number)
            fault = told_fault(exc, prefix=PROVIDER_SERVER, new_detail=self.new_detail)
            return web.Response(body=to_soap(fault), headers={"Content-Type": "text/xml; charset=UTF-8"})

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method != "POST":
            raise ProtocolError("messages between gateways come with POST", code="invalid_http_method")
        if request.headers.get("x-road-message-type", "").upper() != "REST":
            raise ProtocolError("this gateway serves REST messages only", code="service_type")
        self.side.view()  # refuse at once, before a body is read, while nobody can be judged
        certificate = peer_certificate(request)
        require_known_hash(request.headers.get("x-hash-algorithm"))
        async with arriving(self.limits.answer):
            received = await receive(
                request.content.iter_any(),
                content_type=request.headers.get("Content-Type", ""),
                expecting="request",
                limits=TransportLimits(body=self.limits.body),
            )
        message = await self.side.carry(Arrival(received, certificate))
        boundary = make_boundary()
        body = encode(message, is_request=False, boundary=boundary)
        return web.Response(body=body, headers=response_headers(boundary=boundary))


class CutOff(ExchangeError):
    """The sender went away, or took too long, before its message was complete."""

    code = "io_error"
    fault = "caller"
    remedy = "Send the message again."


@asynccontextmanager
async def arriving(seconds: float) -> AsyncIterator[None]:
    """Bound how long a message may take to arrive. Raises CutOff."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as exc:
        raise CutOff(f"the message did not arrive within {seconds:g} seconds") from exc
    except (OSError, aiohttp.ClientError, aiohttp.http_exceptions.HttpProcessingError) as exc:
        raise CutOff("the message was cut off while it arrived") from exc


def raw_target(request: web.BaseRequest) -> str:
    """The path and query as they were sent. Raises ProtocolError for other forms of a target."""
    target = request.raw_path
    if not target.startswith("/"):
        raise ProtocolError("the request target must be a path")
    return target


def raw_headers(request: web.BaseRequest) -> Headers:
    """All header fields in their order and spelling; bytes that are not UTF-8 come through as they are."""
    return tuple(
        (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in request.raw_headers
    )


def consumer_response(answer: Answer) -> web.Response:
    """The provider's answer for the information system."""
    response = web.Response(
        status=answer.response.status,
        reason=plain_text(answer.response.reason),
        body=b"" if answer.body is None else answer.body.content,
    )
    response.headers.popall("Content-Type", None)
    for name, value in answer.response.headers:
        response.headers.add(name, plain_text(value))
    return response


def peer_certificate(request: web.BaseRequest) -> bytes:
    """The certificate (DER) by which the other gateway came. Raises PeerNotTrusted."""
    tls = request.transport.get_extra_info("ssl_object") if request.transport is not None else None
    der = tls.getpeercert(binary_form=True) if tls is not None else None
    if not isinstance(der, bytes):
        raise PeerNotTrusted("the other gateway showed no certificate")
    return der


def require_known_hash(name: str | None) -> None:
    """Refuse a message whose digests are made by another algorithm than the protocol's. Raises ProtocolError."""
    if name is not None and name.strip().upper() != HASH_ALGORITHM_NAME:
        raise ProtocolError(f"x-hash-algorithm must be {HASH_ALGORITHM_NAME}", code="unsupported_algorithm")


def _parameter(request: web.BaseRequest, name: str) -> str | None:
    found = parse_qs(raw_target(request).partition("?")[2]).get(name, [])
    return found[0] if found else None


def _file(content: bytes, *, media_type: str, name: str) -> web.Response:
    return web.Response(
        body=content, headers={"Content-Type": media_type, "Content-Disposition": f'attachment; filename="{name}"'}
    )
