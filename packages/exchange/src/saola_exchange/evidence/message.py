"""Who sent the message in a container, to whom, and what it declares: REST heads and SOAP envelopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lxml import etree

from saola_exchange.errors import ProtocolError
from saola_exchange.evidence.errors import ContainerInvalid
from saola_exchange.protocol import headers as fields
from saola_exchange.protocol.declaration import Declaration
from saola_exchange.protocol.faults import SOAP
from saola_exchange.protocol.identifiers import ClientId, InvalidIdentifier, ServiceId
from saola_exchange.protocol.rest import RestRequest, RestResponse, is_response_head
from saola_exchange.protocol.xml import MalformedXml, children, parse

XROAD = "http://x-road.eu/xsd/xroad.xsd"
IDENTIFIERS = "http://x-road.eu/xsd/identifiers"


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What a message says about itself. `service` may be a member's when it names no subsystem (SOAP)."""

    protocol: Literal["REST", "SOAP"]
    kind: Literal["request", "response"]
    client: ClientId
    provider: ClientId
    service: str
    message_id: str
    request_id: str | None
    declaration: Declaration
    status: int | None = None

    @property
    def sender(self) -> ClientId:
        """Who must have signed: the client a request, the provider a response."""
        return self.client if self.kind == "request" else self.provider


def read_message(content: bytes) -> MessageFacts:
    """Read `message.xml`, which is a SOAP envelope or a REST head. Raises ContainerInvalid."""
    try:
        if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return _soap(content.removeprefix(b"\xef\xbb\xbf"))
        return _rest_response(content) if is_response_head(content) else _rest_request(content)
    except ProtocolError as exc:
        raise ContainerInvalid(f"the message cannot be read: {exc.detail}", code=exc.code) from exc


def _rest_request(content: bytes) -> MessageFacts:
    head = RestRequest.parse(content)
    return MessageFacts(
        protocol="REST",
        kind="request",
        client=head.client,
        provider=head.service.client,
        service=str(head.service),
        message_id=head.message_id,
        request_id=head.request_id,
        declaration=Declaration.from_headers(head.headers),
    )


def _rest_response(content: bytes) -> MessageFacts:
    head = RestResponse.parse(content)
    service = ServiceId.parse_encoded(fields.required(head.headers, "x-road-service"))
    return MessageFacts(
        protocol="REST",
        kind="response",
        client=ClientId.parse_encoded(fields.required(head.headers, "x-road-client")),
        provider=service.client,
        service=str(service),
        message_id=fields.required(head.headers, "x-road-id"),
        request_id=fields.optional(head.headers, "x-road-request-id"),
        declaration=Declaration(),
        status=head.status,
    )


def _soap(content: bytes) -> MessageFacts:
    try:
        envelope = parse(content)
    except MalformedXml as exc:
        raise ContainerInvalid(f"the SOAP message is not XML: {exc.detail}", code="invalid_soap") from exc
    header, body = _one(envelope, f"{{{SOAP}}}Header"), _one(envelope, f"{{{SOAP}}}Body")
    client, service = _one(header, f"{{{XROAD}}}client"), _one(header, f"{{{XROAD}}}service")
    content_elements = children(body)
    if len(content_elements) != 1 or content_elements[0].tag == f"{{{SOAP}}}Fault":
        raise ContainerInvalid("the body of the SOAP message is not one request or response", code="invalid_body")
    is_response = etree.QName(content_elements[0]).localname.endswith("Response")
    provider = _client(service)
    suffix = [_identifier(service, name) for name in ("serviceCode", "serviceVersion")]
    return MessageFacts(
        protocol="SOAP",
        kind="response" if is_response else "request",
        client=_client(client),
        provider=provider,
        service="/".join([str(provider), *(part for part in suffix if part)]),
        message_id=(_one(header, f"{{{XROAD}}}id").text or "").strip(),
        request_id=None,
        declaration=Declaration(),
    )


def _one(parent: etree._Element, tag: str) -> etree._Element:
    found = parent.findall(tag)
    if len(found) != 1:
        name = etree.QName(tag).localname
        code = "duplicate_header_field" if found else "missing_header_field"
        raise ContainerInvalid(f"the SOAP message must have one {name}", code=code)
    return found[0]


def _client(element: etree._Element) -> ClientId:
    names = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode")
    instance, member_class, member_code, subsystem = (_identifier(element, name) for name in names)
    try:
        return ClientId(instance or "", member_class or "", member_code or "", subsystem)
    except InvalidIdentifier as exc:
        raise ContainerInvalid(exc.detail, code=exc.code) from exc


def _identifier(element: etree._Element, name: str) -> str | None:
    return (element.findtext(f"{{{IDENTIFIERS}}}{name}") or "").strip() or None
