"""Reading XML from strangers: no entities, no document type, no network, bounded size."""

from __future__ import annotations

import base64
import binascii

from lxml import etree

from saola_exchange.errors import ProtocolError

DS = "http://www.w3.org/2000/09/xmldsig#"
MAXIMUM_SIZE = 32 * 1024 * 1024


class MalformedXml(ProtocolError):
    """Bytes that are not well-formed XML, or XML that must not be."""

    code = "invalid_xml"
    fault = "peer"


def parse(data: bytes) -> etree._Element:
    """The root element. Raises MalformedXml, also for more than 32 MiB."""
    if len(data) > MAXIMUM_SIZE:
        raise MalformedXml(f"the XML is larger than {MAXIMUM_SIZE} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise MalformedXml("the XML is not well-formed") from exc
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedXml("XML with a document type is not accepted")
    return root


def children(element: etree._Element) -> list[etree._Element]:
    """The child elements, without comments and processing instructions."""
    return [child for child in element if isinstance(child.tag, str)]


def base64_text(text: str | None) -> bytes:
    """Decode base64 with white space in it; one value has one spelling. Raises MalformedXml."""
    characters = "".join((text or "").split())
    try:
        value = base64.b64decode(characters, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise MalformedXml("a value in the XML is not base64") from exc
    if base64.b64encode(value).decode("ascii") != characters:  # bits that decoders drop
        raise MalformedXml("a value in the XML is not base64 in its one spelling")
    return value
