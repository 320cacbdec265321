"""The whole way of a message, as it reads in the description: once for each side.

Everything that is checked is checked here, in this order; what each step means stands in its module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from saola_exchange.errors import ExchangeError
from saola_exchange.globalconf import ConfigurationView
from saola_exchange.globalconf.parameters import Server
from saola_exchange.messagelog.records import Kind, Side
from saola_exchange.protocol import headers as fields
from saola_exchange.protocol.headers import Headers
from saola_exchange.protocol.identifiers import ClientId, ServiceId
from saola_exchange.protocol.paths import canonical_path
from saola_exchange.protocol.rest import RestRequest, RestResponse

from .clients import LocalClients
from .configuration import Service
from .errors import UnknownMember, UnknownService
from .exchanging import Body, Message, ReceivedMessage
from .metadata import METADATA_SERVICES, Metadata
from .peers import Peers
from .recording import Exchange, Recorder
from .rights import require_access
from .sealing import Seal
from .services import ServiceAnswer, Services
from .transport import Envelope, Transport


@dataclass(frozen=True, slots=True)
class Call:
    """A request of an information system, as it came; `target` is the raw path and query."""

    method: str
    target: str
    headers: Headers
    body: Body | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the information system gets: the provider's signed answer, verified."""

    response: RestResponse
    body: Body | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message of another gateway, and the certificate (DER) by which that gateway came."""

    received: ReceivedMessage
    certificate: bytes


@dataclass(frozen=True, slots=True)
class ConsumerSide:
    """From the own information system to a service of somebody else, and back."""

    clients: LocalClients
    view: Callable[[], ConfigurationView]
    seal: Seal
    recorder: Recorder
    transport: Transport
    tls_status: Callable[[], bytes]
    new_id: Callable[[], str]

    async def carry(self, call: Call) -> Answer:
        """Carry one request out and its answer home. Raises ExchangeError."""
        request = self._request_of(call)
        self.clients.authenticate(client=request.client, token=fields.optional(call.headers, "X-Saola-Client-Token"))
        servers = provider_servers(self.view(), request)
        exchange = Exchange.of(request, side=Side.CONSUMER, server=servers[0].id if len(servers) == 1 else None)
        sent = self.seal.sign(head=request.to_bytes(), body=call.body)
        await self.recorder.record(exchange, kind=Kind.REQUEST, message=sent)
        received = await self.transport.exchange(
            servers=servers, provider=request.service.client, envelope=self._envelope(request, sent)
        )
        response = self._require_answer(request, sent, received.message)
        await self.recorder.record(exchange, kind=Kind.RESPONSE, message=received.message)
        return Answer(response, received.message.body)

    def _request_of(self, call: Call) -> RestRequest:
        instance = self.view().instance
        return RestRequest.from_consumer(
            method=call.method,
            target=call.target,
            headers=call.headers,
            request_id=self.new_id(),
            fallback_id=f"{instance}-{self.new_id()}",
        )

    def _envelope(self, request: RestRequest, sent: Message) -> Envelope:
        return Envelope(
            message=sent,
            request_id=request.request_id or "",
            content_type=fields.optional(request.headers, "Content-Type"),
            ocsp_responses=(self.tls_status(),),
        )

    def _require_answer(self, request: RestRequest, sent: Message, answer: Message) -> RestResponse:
        """The answer, if the provider signed it and it belongs to this request. Raises ExchangeError."""
        response = RestResponse.parse(answer.head)
        response.require_answers(request, request_hash=sent.request_hash)
        self.seal.require_signed_by(request.service.client, answer)
        return response


@dataclass(frozen=True, slots=True)
class ProviderSide:
    """From another gateway to the own service, and back."""

    view: Callable[[], ConfigurationView]
    peers: Peers
    seal: Seal
    recorder: Recorder
    subsystems: frozenset[ClientId]
    offered: Mapping[ServiceId, Service]
    services: Services
    metadata: Metadata

    async def carry(self, arrival: Arrival) -> Message:
        """Serve one message of another gateway; gives the signed answer. Raises ExchangeError."""
        view, message = self.view(), arrival.received.message
        request = RestRequest.parse(message.head)
        self._require_owner_here(request.service)
        server = self.peers.require_consumer(
            arrival.certificate, client=request.client, ocsp_responses=arrival.received.ocsp_responses
        )
        path = canonical_path(request.path)
        service = self._require_service(request, path, view)
        self.seal.require_signed_by(request.client, message)
        exchange = Exchange.of(request, side=Side.PROVIDER, server=server.id)
        await self.recorder.record(exchange, kind=Kind.REQUEST, message=message)
        told = await self._serve(service, request, path, message.body)
        answer = self._signed_answer(request, message, told)
        await self.recorder.record(exchange, kind=Kind.RESPONSE, message=answer)
        return answer

    def _require_owner_here(self, service: ServiceId) -> None:
        if service.client not in self.subsystems:
            raise UnknownMember(f"{service.client} is not served by this gateway")

    def _require_service(self, request: RestRequest, path: str, view: ConfigurationView) -> Service | None:
        """The service, if the client may use it so; None for a service about services, which all members may ask."""
        if request.service.service in METADATA_SERVICES:
            return None
        service = self.offered.get(request.service)
        if service is None:
            raise UnknownService(f"there is no service {request.service}")
        require_access(
            service=service, client=request.client, method=request.method, path=path, is_in_group=view.is_in_group
        )
        return service

    async def _serve(
        self, service: Service | None, request: RestRequest, path: str, body: Body | None
    ) -> ServiceAnswer:
        if service is None:
            return await self.metadata.answer(request, view=self.view())
        content = None if body is None else body.content
        return await self.services.call(service=service, request=request, path=path, body=content)

    def _signed_answer(self, request: RestRequest, message: Message, told: ServiceAnswer) -> Message:
        try:
            response = RestResponse.answering(
                request=request,
                request_hash=message.request_hash,
                status=told.status,
                reason=told.reason,
                headers=told.headers,
            )
        except ExchangeError as exc:
            raise UnusableAnswer(f"the service's answer cannot be passed on: {exc.detail}") from exc
        return self.seal.sign(head=response.to_bytes(), body=Body.of(told.body))


class UnusableAnswer(ExchangeError):
    """The service answered with something that cannot be part of a message."""

    code = "service_failed.invalid_response"
    remedy = "Correct the service: its status, headers or reason are not valid HTTP for this protocol."


def provider_servers(view: ConfigurationView, request: RestRequest) -> tuple[Server, ...]:
    """The gateways that serve the provider; only the one that the consumer insists on, if it does.

    Raises UnknownMember.
    """
    provider = request.service.client
    servers = view.servers_of(provider)
    wanted = request.security_server
    if wanted is not None:
        servers = tuple(server for server in servers if server.id == wanted)
        if not servers:
            raise UnknownMember(f"{wanted} is not a gateway of {provider}", code="invalid_security_server")
    if not servers:
        known = "has no gateway" if view.knows(provider) else "is not registered"
        raise UnknownMember(f"{provider} {known}")
    working = tuple(server for server in servers if server.maintenance is None)
    if not working:
        raise UnknownMember(
            f"the gateways of {provider} are in maintenance: {servers[0].maintenance}", code="maintenance_mode"
        )
    return working
