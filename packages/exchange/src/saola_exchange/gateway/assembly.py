"""Putting the parts of a gateway together; the only place that knows all of them."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
from cryptography import x509

from saola_exchange.globalconf import ConfigurationView
from saola_exchange.globalconf.parameters import Authority
from saola_exchange.messagelog.database import Pool
from saola_exchange.messagelog.keeping import Housekeeping
from saola_exchange.messagelog.reading import LogReader
from saola_exchange.messagelog.stamping import Stamping
from saola_exchange.messagelog.writer import GroupCommit

from .administration import Administration, Counter
from .clients import LocalClients
from .configuration import GatewayConfiguration
from .errors import CertificateNotTrusted
from .evidence import Evidence
from .following import FollowedConfiguration
from .handover import OcspHandover, OcspListener
from .journey import ConsumerSide, ProviderSide
from .keys import GatewayKeys, KeyFiles, Purpose
from .listening import ConsumerListener, ProviderListener, Turnstile
from .metadata import Metadata
from .peers import Peers
from .recording import Recorder
from .revocation import HttpResponder, OwnStatus
from .sealing import Seal
from .services import HttpServices
from .timestamps import HttpTimestampAuthority
from .tls import TlsContexts
from .transport import HttpTransport

USUAL_FRESHNESS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the parts stand on: the database, the connections to services and to everything else, and the clock."""

    pool: Pool
    services: aiohttp.ClientSession
    plain: aiohttp.ClientSession
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Gateway:
    """All parts of a gateway, not running yet."""

    configuration: GatewayConfiguration
    tls: TlsContexts
    following: FollowedConfiguration
    own: OwnStatus
    peers: Peers
    writer: GroupCommit
    stamping: Stamping | None
    housekeeping: Housekeeping
    counter: Counter
    transport: HttpTransport
    consumer: ConsumerListener
    provider: ProviderListener
    ocsp: OcspListener
    administration: Administration


def new_number() -> int:
    """A number for a record or a nonce: 63 bits, so that it fits PostgreSQL's bigint."""
    return secrets.randbits(63)


def new_uuid() -> str:
    """An id that nobody can guess."""
    return str(uuid.uuid4())


def assemble(configuration: GatewayConfiguration, *, keys: GatewayKeys, around: Surroundings) -> Gateway:
    """Make all parts and tell each which others it needs."""
    files = KeyFiles.of(data=configuration.data, purpose=Purpose.AUTHENTICATION)
    tls = TlsContexts(certificate=files.certificate, key=files.key)
    handover = OcspHandover(around.plain, port=configuration.ocsp_port)
    following = _following(configuration, around, changed=lambda view: _take_up(view, tls, peers, own))
    peers = Peers(view=following.view, ocsp_known=handover.known, clock=around.clock)
    own = _own(configuration, keys, around, following)
    seal = Seal(signer=keys.signing, own=own, peers=peers, clock=around.clock)
    counter = Counter()
    writer = GroupCommit(pool=around.pool, committed=counter.take, clock=around.clock)
    recorder = Recorder(log=writer, policy=configuration.log, clock=around.clock, new_id=new_number)
    stamping = _stamping(configuration, around, following)
    transport = HttpTransport(
        context=tls.client, peers=peers, handover=handover, limits=configuration.limits,
        port=configuration.transport.port,
    )  # fmt: skip
    clients = LocalClients(configuration.clients)
    consumer = ConsumerSide(
        clients=clients, view=following.view, seal=seal, recorder=recorder, transport=transport,
        tls_status=lambda: own.answer_for(keys.authentication.certificate), new_id=new_uuid,
    )  # fmt: skip
    return Gateway(
        configuration=configuration,
        tls=tls,
        following=following,
        own=own,
        peers=peers,
        writer=writer,
        stamping=stamping,
        housekeeping=Housekeeping(pool=around.pool, keep_days=configuration.log.keep_days, clock=around.clock),
        counter=counter,
        transport=transport,
        consumer=ConsumerListener(
            side=consumer,
            view=following.view,
            evidence=Evidence(LogReader(around.pool), clients, stamping, following.folder),
            limits=configuration.limits,
            turnstile=Turnstile(configuration.limits.parallel),
            new_detail=new_uuid,
        ),
        provider=_provider(configuration, around, following.view, peers, seal, recorder),
        ocsp=OcspListener(own),
        administration=Administration(
            configuration=following, own=own, pool=around.pool, stamping=stamping, counter=counter, clock=around.clock
        ),
    )


def approved_authority(view: ConfigurationView | None, certificate: x509.Certificate) -> Authority:
    """The approved authority that issued a certificate. Raises CertificateNotTrusted."""
    found = None if view is None else view.authority_of(certificate)
    if found is None:
        raise CertificateNotTrusted("no approved authority has issued the certificate")
    return found[1]


def _following(
    configuration: GatewayConfiguration, around: Surroundings, *, changed: Callable[[ConfigurationView], None]
) -> FollowedConfiguration:
    return FollowedConfiguration(
        anchor=configuration.anchor,
        folder=configuration.data / "globalconf",
        interval=configuration.configuration_refresh_seconds,
        grace=timedelta(seconds=configuration.configuration_grace_seconds),
        clock=around.clock,
        changed=changed,
    )


def _take_up(view: ConfigurationView, tls: TlsContexts, peers: Peers, own: OwnStatus) -> None:
    for service in view.shared.certification:
        tls.approve(authority.certificate for authority in service.authorities)
    peers.forget()
    own.begin()


def _own(
    configuration: GatewayConfiguration, keys: GatewayKeys, around: Surroundings, following: FollowedConfiguration
) -> OwnStatus:
    def freshness() -> timedelta:
        view = following.newest
        return USUAL_FRESHNESS if view is None else view.ocsp_freshness(configuration.instance)

    return OwnStatus(
        folder=configuration.data / "ocsp",
        certificates=(keys.authentication.certificate, keys.signing.certificate),
        responder=HttpResponder(around.plain),
        authority_of=lambda certificate: approved_authority(following.newest, certificate),
        freshness=freshness,
        clock=around.clock,
    )


def _stamping(
    configuration: GatewayConfiguration, around: Surroundings, following: FollowedConfiguration
) -> Stamping | None:
    asked = configuration.timestamping
    if asked.url is None:
        return None
    authority = HttpTimestampAuthority(around.plain, asked.url, following.view, new_number)
    return Stamping(
        pool=around.pool, authority=authority, interval=asked.interval_seconds, new_id=new_number, clock=around.clock
    )


def _provider(
    configuration: GatewayConfiguration,
    around: Surroundings,
    view: Callable[[], ConfigurationView],
    peers: Peers,
    seal: Seal,
    recorder: Recorder,
) -> ProviderListener:
    offered = {service.id: service for service in configuration.services}
    side = ProviderSide(
        view=view,
        peers=peers,
        seal=seal,
        recorder=recorder,
        subsystems=configuration.subsystems,
        offered=offered,
        services=HttpServices(around.services, configuration.limits),
        metadata=Metadata(offered, around.services, configuration.limits),
    )
    turnstile = Turnstile(configuration.limits.parallel)
    return ProviderListener(side=side, limits=configuration.limits, turnstile=turnstile, new_detail=new_uuid)
