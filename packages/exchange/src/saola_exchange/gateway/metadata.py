"""Services about services: who is a member, what a provider offers, what a client may use, how it is described."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import yaml
from lxml import etree

from saola_exchange.globalconf import ConfigurationView
from saola_exchange.globalconf.parameters import Member
from saola_exchange.protocol.headers import without
from saola_exchange.protocol.identifiers import ClientId, ServiceId
from saola_exchange.protocol.rest import RestRequest

from .configuration import Limits, Service
from .errors import ServiceFailed, UnknownService
from .rights import IsMember, allowed_endpoints
from .services import ServiceAnswer, fetch_description, service_headers

LIST_METHODS, ALLOWED_METHODS, GET_OPENAPI = "listMethods", "allowedMethods", "getOpenAPI"
METADATA_SERVICES = frozenset({LIST_METHODS, ALLOWED_METHODS, GET_OPENAPI})
XROAD = "http://x-road.eu/xsd/xroad.xsd"
IDENTIFIERS = "http://x-road.eu/xsd/identifiers"
# Where a service really is, is nobody else's business.
NEUTRAL_SERVER = "http://example.org/xroad-endpoint"
JSON = (("Content-Type", "application/json; charset=utf-8"),)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the provider side answers about its services."""

    offered: Mapping[ServiceId, Service]
    session: aiohttp.ClientSession
    limits: Limits

    async def answer(self, request: RestRequest, *, view: ConfigurationView) -> ServiceAnswer:
        """Answer one of `METADATA_SERVICES`. Raises UnknownService, ServiceFailed."""
        if request.method != "GET":
            return ServiceAnswer(405, "Method Not Allowed", (("Allow", "GET"),), None)
        if request.service.service == GET_OPENAPI:
            return await self._description(request)
        client = request.client if request.service.service == ALLOWED_METHODS else None
        content = methods(self._of(request.service.client), client=client, is_in_group=view.is_in_group)
        return ServiceAnswer(200, "OK", JSON, json.dumps(content, ensure_ascii=False).encode())

    async def _description(self, request: RestRequest) -> ServiceAnswer:
        codes = parse_qs(request.query or "").get("serviceCode", [])
        found = [service for service in self._of(request.service.client) if [service.id.service] == codes]
        if not found or found[0].openapi is None:
            raise UnknownService("there is no service with that serviceCode, or it has no description")
        kind, content = await fetch_description(
            session=self.session,
            url=found[0].openapi,
            limits=self.limits,
            headers=without(service_headers(service=found[0], request=request), {"accept-encoding"}),
        )
        return ServiceAnswer(200, "OK", (("Content-Type", kind),), anonymous_description(content))

    def _of(self, provider: ClientId) -> list[Service]:
        return [service for identifier, service in self.offered.items() if identifier.client == provider]


def methods(services: Sequence[Service], *, client: ClientId | None, is_in_group: IsMember) -> dict[str, Any]:
    """The services as pr-mrest lists them; with a client, only those it may use, and how."""
    listed = []
    for service in services:
        endpoints = [("*", "**")]
        if client is not None:
            endpoints = allowed_endpoints(service=service, client=client, is_in_group=is_in_group)
        if endpoints:
            listed.append(_method(service, endpoints))
    return {"service": listed}


def anonymous_description(content: bytes) -> bytes:
    """An OpenAPI description, JSON or YAML, without the addresses of its servers. Raises ServiceFailed."""
    as_json = content.lstrip()[:1] == b"{"
    try:
        description = json.loads(content) if as_json else yaml.safe_load(content)
    except (ValueError, yaml.YAMLError, RecursionError) as exc:
        raise ServiceFailed("the service's description is neither JSON nor YAML") from exc
    if not isinstance(description, dict):
        raise ServiceFailed("the service's description is not an OpenAPI document")
    description["servers"] = [{"url": NEUTRAL_SERVER}]
    if as_json:
        return json.dumps(description, ensure_ascii=False).encode()
    return yaml.safe_dump(description, allow_unicode=True, sort_keys=False).encode()


def clients_as_json(members: Sequence[Member]) -> bytes:
    """All members and subsystems of an instance (pr-meta, JSON form)."""
    listed = []
    for member, client, subsystem_name in _clients(members):
        identifier: dict[str, str] = {"object_type": _kind(client), "xroad_instance": client.instance}
        identifier |= {"member_class": client.member_class, "member_code": client.member_code}
        if client.subsystem is not None:
            identifier["subsystem_code"] = client.subsystem
        name = {} if subsystem_name is None else {"subsystem_name": subsystem_name}
        listed.append({"id": identifier, "name": member.name, **name})
    return json.dumps({"member": listed}, ensure_ascii=False).encode()


def clients_as_xml(members: Sequence[Member]) -> bytes:
    """The same as XML, with the namespaces of X-Road."""
    root = etree.Element(f"{{{XROAD}}}clientList", nsmap={"xrd": XROAD, "id": IDENTIFIERS})
    for member, client, subsystem_name in _clients(members):
        element = etree.SubElement(root, f"{{{XROAD}}}member")
        identifier = etree.SubElement(element, f"{{{XROAD}}}id")
        identifier.set(f"{{{IDENTIFIERS}}}objectType", _kind(client))
        names = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode")
        for name, part in zip(names, client.parts, strict=False):
            etree.SubElement(identifier, f"{{{IDENTIFIERS}}}{name}").text = part
        etree.SubElement(element, f"{{{XROAD}}}name").text = member.name
        if subsystem_name is not None:
            etree.SubElement(element, f"{{{XROAD}}}subsystemName").text = subsystem_name
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _clients(members: Sequence[Member]) -> list[tuple[Member, ClientId, str | None]]:
    found: list[tuple[Member, ClientId, str | None]] = []
    for member in members:
        own = member.id
        found.append((member, ClientId(own.instance, own.member_class, own.member_code), None))
        found += [
            (member, ClientId(own.instance, own.member_class, own.member_code, one.code), one.name)
            for one in member.subsystems
        ]
    return found


def _kind(client: ClientId) -> str:
    return "MEMBER" if client.subsystem is None else "SUBSYSTEM"


def _method(service: Service, endpoints: Sequence[tuple[str, str]]) -> dict[str, Any]:
    identifier = service.id
    return {
        "member_class": identifier.member_class,
        "member_code": identifier.member_code,
        "subsystem_code": identifier.subsystem,
        "service_code": identifier.service,
        "object_type": "SERVICE",
        "service_type": "REST" if service.openapi is None else "OPENAPI",
        "xroad_instance": identifier.instance,
        "endpoint_list": [{"method": method, "path": path} for method, path in endpoints],
    }
