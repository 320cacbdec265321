"""Shared and private parameters to XML, as version 6 of the schemas wants them."""

from __future__ import annotations

import base64

from lxml import etree

from saola_exchange.globalconf import xmlconf
from saola_exchange.globalconf.parameters import (
    Authority,
    CertificationService,
    Member,
    PrivateParameters,
    Server,
    SharedParameters,
)
from saola_exchange.globalconf.xmlconf import add, add_certificate, add_client_id
from saola_exchange.protocol.identifiers import ClientId


def write_shared(shared: SharedParameters) -> bytes:
    """The shared parameters as published."""
    root = xmlconf.new_root("conf")
    add(root, "instanceIdentifier", shared.instance)
    for source in shared.sources:
        element = add(root, "source")
        add(element, "address", source.address)
        for certificate in source.internal:
            add_certificate(element, "internalVerificationCert", certificate)
        for certificate in source.external:
            add_certificate(element, "externalVerificationCert", certificate)
    for service in shared.certification:
        _certification(root, service)
    for stamping in shared.timestamping:
        element = add(root, "approvedTSA")
        add(element, "name", stamping.name)
        add(element, "url", stamping.url)
        add_certificate(element, "cert", stamping.certificate)
    names: dict[ClientId, str] = {}
    for member in shared.members:
        _member(root, member, names)
    for server in shared.servers:
        _server(root, server, names)
    _groups_and_settings(root, shared)
    return xmlconf.serialise(root)


def write_private(private: PrivateParameters) -> bytes:
    """The private parameters as published."""
    root = xmlconf.new_root("conf")
    add(root, "instanceIdentifier", private.instance)
    management = add(root, "managementService")
    add(management, "authCertRegServiceAddress", private.registration_address)
    if private.registration_certificate is not None:
        add_certificate(management, "authCertRegServiceCert", private.registration_certificate)
    add_client_id(management, "managementRequestServiceProviderId", private.management_service)
    add(root, "timeStampingIntervalSeconds", str(private.timestamping_interval_seconds))
    return xmlconf.serialise(root)


def _certification(root: etree._Element, service: CertificationService) -> None:
    element = add(root, "approvedCA")
    add(element, "name", service.name)
    add(element, "authenticationOnly", "true" if service.authentication_only else "false")
    _authority(add(element, "topCA"), service.top)
    for intermediate in service.intermediates:
        _authority(add(element, "intermediateCA"), intermediate)
    add(element, "certificateProfileInfo", service.profile)


def _authority(element: etree._Element, authority: Authority) -> None:
    add_certificate(element, "cert", authority.certificate)
    for service in authority.ocsp:
        found = add(element, "ocsp")
        add(found, "url", service.url)
        if service.certificate is not None:
            add_certificate(found, "cert", service.certificate)


def _member(root: etree._Element, member: Member, names: dict[ClientId, str]) -> None:
    client = ClientId(member.id.instance, member.id.member_class, member.id.member_code)
    element = add(root, "member")
    element.set("id", _name_for(client, names))
    member_class = add(element, "memberClass")
    add(member_class, "code", member.id.member_class)
    add(member_class, "description", member.class_description)
    add(element, "memberCode", member.id.member_code)
    add(element, "name", member.name)
    for subsystem in member.subsystems:
        found = add(element, "subsystem")
        found.set(
            "id", _name_for(ClientId(client.instance, client.member_class, client.member_code, subsystem.code), names)
        )
        add(found, "subsystemCode", subsystem.code)
        if subsystem.name is not None:
            add(found, "subsystemName", subsystem.name)


def _name_for(client: ClientId, names: dict[ClientId, str]) -> str:
    """An XML id; identifiers have characters that ids must not have."""
    return names.setdefault(client, f"id{len(names)}")


def _server(root: etree._Element, server: Server, names: dict[ClientId, str]) -> None:
    """Write a server; KeyError when its owner or a client is not among the members."""
    element = add(root, "securityServer")
    add(element, "owner", names[ClientId(*server.id.owner.parts)])
    add(element, "serverCode", server.id.server_code)
    add(element, "address", server.address)
    for value in sorted(server.certificate_hashes):
        add(element, "authCertHash", base64.b64encode(value).decode("ascii"))
    for client in server.clients:
        add(element, "client", names[client])
    if server.maintenance is not None:
        mode = add(element, "inMaintenanceMode")
        if server.maintenance:
            add(mode, "message", server.maintenance)


def _groups_and_settings(root: etree._Element, shared: SharedParameters) -> None:
    for group in shared.groups:
        element = add(root, "globalGroup")
        add(element, "groupCode", group.id.group)
        add(element, "description", group.description)
        for client in sorted(group.members, key=lambda member: member.parts):
            add_client_id(element, "groupMember", client)
    settings = add(root, "globalSettings")
    for member_class in shared.member_classes:
        element = add(settings, "memberClass")
        add(element, "code", member_class.code)
        add(element, "description", member_class.description)
    add(settings, "ocspFreshnessSeconds", str(shared.ocsp_freshness_seconds))
