"""Reading and writing the XML of configurations: unqualified elements below one qualified root."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from cryptography import x509
from lxml import etree
from saola_trust.certificates import certificate_der, load_certificate
from saola_trust.errors import MalformedCertificate

from saola_exchange.globalconf.errors import ConfigurationInvalid
from saola_exchange.protocol.identifiers import ClientId, InvalidIdentifier
from saola_exchange.protocol.xml import MalformedXml, base64_text, parse

XROAD = "http://x-road.eu/xsd/xroad.xsd"
IDENTIFIERS = "http://x-road.eu/xsd/identifiers"
_OBJECT_TYPE = f"{{{IDENTIFIERS}}}objectType"


def parse_root(data: bytes, name: str) -> etree._Element:
    """The root element of that name. Raises ConfigurationInvalid."""
    try:
        root = parse(data)
    except MalformedXml as exc:
        raise ConfigurationInvalid(f"the {name} is not readable: {exc.detail}") from exc
    if root.tag != f"{{{XROAD}}}{name}":
        raise ConfigurationInvalid(f"the document is not a {name} of X-Road")
    return root


def text(element: etree._Element, path: str) -> str:
    """The text at the path, without white space around. Raises ConfigurationInvalid when absent or empty."""
    value = (element.findtext(path) or "").strip()
    if not value:
        raise ConfigurationInvalid(f"{etree.QName(element).localname} has no {path}")
    return value


def certificate(element: etree._Element) -> x509.Certificate:
    """The certificate in an element: base64 of DER, or of a PEM text (both are in use).

    Raises ConfigurationInvalid.
    """
    try:
        return load_certificate(base64_text(element.text))
    except (MalformedXml, MalformedCertificate) as exc:
        raise ConfigurationInvalid(f"{etree.QName(element).localname} does not hold a certificate") from exc


def certificates(element: etree._Element, path: str) -> tuple[x509.Certificate, ...]:
    """The certificates at the path, in order. Raises ConfigurationInvalid."""
    return tuple(certificate(found) for found in element.findall(path))


def client_id(element: etree._Element) -> ClientId:
    """A member's or subsystem's identifier. Raises ConfigurationInvalid."""
    names = ("xRoadInstance", "memberClass", "memberCode")
    instance, member_class, member_code = (text(element, f"{{{IDENTIFIERS}}}{name}") for name in names)
    subsystem = (element.findtext(f"{{{IDENTIFIERS}}}subsystemCode") or "").strip() or None
    return identifier(instance, member_class, member_code, subsystem)


def identifier(instance: str, member_class: str, member_code: str, subsystem: str | None = None) -> ClientId:
    """A valid client id. Raises ConfigurationInvalid."""
    try:
        return ClientId(instance, member_class, member_code, subsystem)
    except InvalidIdentifier as exc:
        raise ConfigurationInvalid(exc.detail) from exc


def new_root(name: str) -> etree._Element:
    """A document's root with the namespaces that all of them declare."""
    return etree.Element(f"{{{XROAD}}}{name}", nsmap={"xrd": XROAD, "id": IDENTIFIERS})


def add(parent: etree._Element, name: str, value: str | None = None) -> etree._Element:
    """Append an element, with text if given."""
    child = etree.SubElement(parent, name)
    child.text = value
    return child


def add_certificate(parent: etree._Element, name: str, value: x509.Certificate) -> None:
    """Append a certificate as base64 of its DER."""
    add(parent, name, base64.b64encode(certificate_der(value)).decode("ascii"))


def add_client_id(parent: etree._Element, name: str, value: ClientId) -> None:
    """Append an identifier with its object type."""
    element = add(parent, name)
    element.set(_OBJECT_TYPE, "MEMBER" if value.subsystem is None else "SUBSYSTEM")
    names = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode")
    for part_name, part in zip(names, value.parts, strict=False):
        add(element, f"{{{IDENTIFIERS}}}{part_name}", part)


def serialise(root: etree._Element) -> bytes:
    """The document as it is published."""
    etree.indent(root, space="    ")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def write_time(at: datetime) -> str:
    """A moment as the documents write it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(value: str) -> datetime:
    """A moment in ISO 8601 with a time zone. Raises ConfigurationInvalid."""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError as exc:
        raise ConfigurationInvalid(f"{value[:50]!r} is not a date and time") from exc
    if moment.tzinfo is None:
        raise ConfigurationInvalid(f"{value[:50]!r} has no time zone")
    return moment.astimezone(UTC)
