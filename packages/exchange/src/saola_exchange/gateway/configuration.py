"""The gateway's configuration file: read once, typed, strict. An unknown key stops the start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

import yaml

from saola_exchange.errors import ProtocolError
from saola_exchange.protocol.identifiers import ClientId, GlobalGroupId, MemberId, ServerId, ServiceId
from saola_exchange.protocol.paths import EndpointPattern

from .errors import ConfigurationInvalid
from .sections import Section

T = TypeVar("T")
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listener listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class LocalClient:
    """A subsystem whose information system may call through this gateway; without a token, anybody local may."""

    subsystem: ClientId
    token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """A right: whom it covers and which endpoints."""

    subject: ClientId | GlobalGroupId
    endpoint: EndpointPattern


@dataclass(frozen=True, slots=True)
class Service:
    """A service that this gateway offers to others. `timeout` in seconds."""

    id: ServiceId
    url: str
    token: str | None = field(repr=False)
    openapi: str | None
    timeout: float
    access: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    body: int = 20 * MEBIBYTE
    parallel: int = 100
    connect: float = 10.0
    answer: float = 120.0


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """`keep_days` None keeps all days. A body beyond `body_limit` is refused, or left out of the log."""

    keep_days: int | None = None
    body_limit: int = 20 * MEBIBYTE
    oversize: Literal["refuse", "omit"] = "refuse"


@dataclass(frozen=True, slots=True)
class Timestamping:
    """Where time stamps come from (None: none are made) and how often they are asked for."""

    url: str | None
    interval_seconds: float


@dataclass(frozen=True, slots=True)
class GatewayConfiguration:
    """Everything a gateway is told. Paths are absolute."""

    instance: str
    server: ServerId
    organisation: str
    country: str
    consumer: Address
    transport: Address
    ocsp_port: int
    administration: Address
    database: str = field(repr=False)
    data: Path
    anchor: Path
    timestamping: Timestamping
    configuration_refresh_seconds: float
    configuration_grace_seconds: float
    clients: tuple[LocalClient, ...]
    services: tuple[Service, ...]
    limits: Limits
    log: LogPolicy

    @property
    def owner(self) -> MemberId:
        """The organisation that runs this gateway."""
        return self.server.owner

    @property
    def subsystems(self) -> frozenset[ClientId]:
        """All subsystems that send or answer through this gateway."""
        clients = {client.subsystem for client in self.clients}
        return frozenset(clients | {service.id.client for service in self.services})


def read_configuration(path: Path) -> GatewayConfiguration:
    """Read the file. Raises ConfigurationInvalid naming the key that is wrong."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigurationInvalid(f"cannot read {path}: {exc.strerror}") from exc
    except (yaml.YAMLError, UnicodeError) as exc:
        raise ConfigurationInvalid(f"{path} is not YAML: {exc}") from exc
    try:
        return parse_configuration(content, folder=path.parent)
    except ConfigurationInvalid as exc:
        raise ConfigurationInvalid(f"{path}: {exc.detail}") from exc


def parse_configuration(content: object, *, folder: Path) -> GatewayConfiguration:
    """The configuration from parsed YAML; relative paths are taken from `folder`. Raises ConfigurationInvalid."""
    top = Section("", content, folder)
    instance = top.text("instance")
    server = top.section("server")
    server_id = _identifier(
        lambda: ServerId(instance, server.text("member_class"), server.text("member_code"), server.text("server_code")),
        "server",
    )
    server.end()
    result = GatewayConfiguration(
        instance=instance,
        server=server_id,
        organisation=top.text("organisation"),
        country=top.text("country"),
        consumer=_address(top.section("consumer"), 8080),
        transport=_address(top.section("transport"), 5500),
        ocsp_port=top.port("ocsp_port", 5577),
        administration=_address(top.section("administration"), 5566),
        database=top.text("database"),
        data=top.path("data"),
        anchor=top.path("anchor"),
        timestamping=_timestamping(top.section("timestamping", {})),
        configuration_refresh_seconds=top.seconds("configuration_refresh_seconds", 60),
        configuration_grace_seconds=top.seconds("configuration_grace_seconds", 0, least=0),
        clients=tuple(_client(part, server_id) for part in top.sections("clients")),
        services=tuple(_service(part, server_id) for part in top.sections("services")),
        limits=_limits(top.section("limits", {})),
        log=_log(top.section("log", {})),
    )
    top.end()
    _require_unique("clients", [client.subsystem for client in result.clients])
    _require_unique("services", [service.id for service in result.services])
    return result


def _address(section: Section, port: int) -> Address:
    address = Address(section.text("host"), section.port("port", port))
    section.end()
    return address


def _timestamping(section: Section) -> Timestamping:
    result = Timestamping(section.optional_url("url"), section.seconds("interval_seconds", 60))
    section.end()
    return result


def _limits(section: Section) -> Limits:
    usual = Limits()
    result = Limits(
        body=section.number("body", usual.body),
        parallel=section.number("parallel", usual.parallel),
        connect=section.seconds("connect", usual.connect),
        answer=section.seconds("answer", usual.answer),
    )
    section.end()
    return result


def _log(section: Section) -> LogPolicy:
    usual = LogPolicy()
    oversize = section.text("oversize", usual.oversize)
    if oversize not in {"refuse", "omit"}:
        raise section.wrong("oversize", "must be refuse or omit")
    result = LogPolicy(
        keep_days=section.optional_number("keep_days"),
        body_limit=section.number("body_limit", usual.body_limit),
        oversize="omit" if oversize == "omit" else "refuse",
    )
    section.end()
    return result


def _client(section: Section, server: ServerId) -> LocalClient:
    result = LocalClient(_subsystem(section, server), section.optional_secret("token_file"))
    section.end()
    return result


def _service(section: Section, server: ServerId) -> Service:
    owner = _subsystem(section, server)
    code = section.text("code")
    identifier = _identifier(
        lambda: ServiceId(owner.instance, owner.member_class, owner.member_code, owner.subsystem or "", code),
        section.name,
    )
    result = Service(
        id=identifier,
        url=section.url("url").rstrip("/"),
        token=section.optional_secret("token_file"),
        openapi=section.optional_url("openapi"),
        timeout=section.seconds("timeout", 30),
        access=tuple(_grant(part, server.instance) for part in section.sections("access")),
    )
    section.end()
    return result


def _grant(section: Section, instance: str) -> Grant:
    client, group = section.optional_text("client"), section.optional_text("global_group")
    if (client is None) == (group is None):
        raise section.wrong("", "names either a client or a global_group")
    subject: ClientId | GlobalGroupId
    if client is not None:
        subject = _identifier(lambda: ClientId.parse(client), section.name)
    else:
        subject = _identifier(lambda: GlobalGroupId(instance, str(group).rpartition("/")[2]), section.name)
    endpoint = EndpointPattern(method=section.text("method", "*"), path=section.text("path", "**"))
    section.end()
    return Grant(subject, endpoint)


def _subsystem(section: Section, server: ServerId) -> ClientId:
    """A subsystem by its code, for one of the gateway's owner, or by its whole identifier."""
    text = section.text("subsystem")
    if "/" not in text:
        text = f"{server.owner}/{text}"
    found = _identifier(lambda: ClientId.parse(text), section.name)
    if found.subsystem is None or found.instance != server.instance:
        raise section.wrong("subsystem", "must be a subsystem of this instance")
    return found


def _identifier(make: Callable[[], T], name: str) -> T:
    try:
        return make()
    except ProtocolError as exc:
        raise ConfigurationInvalid(f"{name}: {exc.detail}") from exc


def _require_unique(name: str, found: Sequence[object]) -> None:
    for item in found:
        if found.count(item) > 1:
            raise ConfigurationInvalid(f"{name}: {item} is listed twice")
