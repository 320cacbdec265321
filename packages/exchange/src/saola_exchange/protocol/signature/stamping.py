"""Putting a time stamp on a signature, and what such a stamp covers."""

from __future__ import annotations

import base64

from lxml import etree
from saola_trust.signatures.xmldsig import NS, XADES

from saola_exchange.protocol.signature.reading import MalformedSignature, read_signature
from saola_exchange.protocol.xml import parse


def stamped_value(xml: bytes) -> bytes:
    """The bytes that a single time stamp covers: the decoded signature value.

    Standard XAdES-T would stamp the canonical element; X-Road stamps the raw value, and so do we.
    Raises MalformedSignature, MalformedXml.
    """
    return read_signature(xml).value


def add_timestamp(xml: bytes, *, token: bytes) -> bytes:
    """The signature with an RFC 3161 token (DER) as the first of its unsigned properties.

    Raises MalformedSignature when there is no place for it, MalformedXml.
    """
    root = parse(xml)
    places = root.findall(".//xades:UnsignedProperties/xades:UnsignedSignatureProperties", NS)
    if len(places) != 1:
        raise MalformedSignature("the signature has no place for a time stamp")
    stamp = etree.Element(f"{{{XADES}}}SignatureTimeStamp", nsmap=None)
    places[0].insert(0, stamp)
    value = etree.SubElement(stamp, f"{{{XADES}}}EncapsulatedTimeStamp")
    value.text = base64.b64encode(token).decode("ascii")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=False)
