"""Members and gateways from the operator's files, checked against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography import x509
from saola_trust.certificates import certificate_der

from saola_exchange.globalconf.parameters import (
    Member,
    MemberClass,
    PrivateParameters,
    Server,
    SharedParameters,
    Source,
    Subsystem,
)
from saola_exchange.protocol.identifiers import ClientId, InvalidIdentifier, MemberId, ServerId
from saola_exchange.registry.errors import RegistryStateInvalid
from saola_exchange.registry.settings import Settings, certificate, client_id
from saola_exchange.registry.yamlfile import Section, read_section, read_sections


def read_state(settings: Settings, *, internal: x509.Certificate, external: x509.Certificate) -> SharedParameters:
    """The shared parameters that the files describe now. Raises RegistryStateInvalid."""
    members = tuple(_member(section, settings) for section in read_sections(settings.members_file))
    known = {ClientId(*member.id.parts) for member in members}
    known |= {_client(member.id, one.code) for member in members for one in member.subsystems}
    if len(known) != sum(1 + len(member.subsystems) for member in members):
        raise RegistryStateInvalid(f"{settings.members_file} names a member or subsystem twice")
    files = sorted(settings.servers_folder.glob("*.yaml")) if settings.servers_folder.is_dir() else []
    servers = tuple(_server(read_section(path), settings, known) for path in files)
    _require_distinct(servers)
    for group in settings.groups:
        for client in group.members - known:
            raise RegistryStateInvalid(f"group {group.id.group} has the member {client}, which is not registered")
    return SharedParameters(
        instance=settings.instance,
        certification=settings.certification,
        timestamping=settings.timestamping,
        members=members,
        servers=servers,
        sources=(Source(settings.public_url.partition("://")[2], (internal,), (external,)),),
        groups=settings.groups,
        member_classes=settings.member_classes or _classes(members),
        ocsp_freshness_seconds=settings.ocsp_freshness_seconds,
    )


def private_parameters(settings: Settings, shared: SharedParameters) -> PrivateParameters:
    """What the own members get besides. The schema wants a management service to be named; by
    default it is the first member, and nothing answers at its address yet."""
    if settings.management_service is None and not shared.members:
        raise RegistryStateInvalid(f"{settings.members_file} has no member")
    return PrivateParameters(
        instance=settings.instance,
        registration_address=f"{settings.public_url}/managementservice/",
        management_service=settings.management_service or ClientId(*shared.members[0].id.parts),
        timestamping_interval_seconds=settings.timestamping_interval_seconds,
    )


def _member(section: Section, settings: Settings) -> Member:
    try:
        identifier = MemberId(settings.instance, section.text("member_class"), section.text("member_code"))
    except InvalidIdentifier as exc:
        raise RegistryStateInvalid(exc.detail) from exc
    descriptions = {one.code: one.description for one in settings.member_classes}
    member = Member(
        id=identifier,
        name=section.text("name"),
        class_description=descriptions.get(identifier.member_class, identifier.member_class),
        subsystems=tuple(_subsystem(one, identifier) for one in section.sections("subsystems")),
    )
    section.close()
    return member


def _subsystem(section: Section, member: MemberId) -> Subsystem:
    subsystem = Subsystem(section.text("code"), section.optional_text("name"))
    _client(member, subsystem.code)
    section.close()
    return subsystem


def _client(member: MemberId, subsystem: str) -> ClientId:
    try:
        return ClientId(member.instance, member.member_class, member.member_code, subsystem)
    except InvalidIdentifier as exc:
        raise RegistryStateInvalid(exc.detail) from exc


def _server(section: Section, settings: Settings, known: set[ClientId]) -> Server:
    try:
        owner = MemberId(settings.instance, section.text("member_class"), section.text("member_code"))
        identifier = ServerId(owner.instance, owner.member_class, owner.member_code, section.text("server_code"))
    except InvalidIdentifier as exc:
        raise RegistryStateInvalid(exc.detail) from exc
    hashes = frozenset(
        hashlib.sha256(certificate_der(certificate(path))).digest() for path in section.paths("auth_certificates")
    )
    clients = tuple(client_id(text) for text in section.texts("clients"))
    server = Server(identifier, section.text("address"), hashes, clients, section.optional_text("maintenance"))
    section.close()
    for client in (ClientId(*owner.parts), *clients):
        if client not in known:
            raise RegistryStateInvalid(f"gateway {identifier} names {client}, which is not registered")
    return server


def _require_distinct(servers: Sequence[Server]) -> None:
    """One certificate for two gateways would let one pass for the other."""
    hashes = [value for server in servers for value in server.certificate_hashes]
    if len(set(hashes)) != len(hashes) or len({server.id for server in servers}) != len(servers):
        raise RegistryStateInvalid("a gateway, or a certificate of one, is registered twice")


def _classes(members: Sequence[Member]) -> tuple[MemberClass, ...]:
    codes = sorted({member.id.member_class for member in members})
    return tuple(MemberClass(code, code) for code in codes)
