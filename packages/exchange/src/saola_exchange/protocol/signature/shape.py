"""The parts of the XML signature schema that matter here: what must be there, in which order, and nothing else.

Reading by path alone would pass over elements that another reader understands differently.
"""

from __future__ import annotations

from lxml import etree
from saola_trust.errors import MalformedSignature
from saola_trust.signatures.xmldsig import DS, XADES

from saola_exchange.protocol.xml import children

_ORDER: dict[str, tuple[str, ...]] = {
    # a trailing '*' may be there any number of times, '+' once or more, '?' at most once
    f"{{{DS}}}Signature": ("SignedInfo", "SignatureValue", "KeyInfo", "Object+"),
    f"{{{DS}}}SignedInfo": ("CanonicalizationMethod", "SignatureMethod", "Reference+"),
    f"{{{DS}}}Reference": ("Transforms?", "DigestMethod", "DigestValue"),
    f"{{{XADES}}}QualifyingProperties": ("SignedProperties", "UnsignedProperties?"),
    f"{{{XADES}}}SignedProperties": ("SignedSignatureProperties", "SignedDataObjectProperties?"),
    f"{{{XADES}}}UnsignedProperties": ("UnsignedSignatureProperties?", "UnsignedDataObjectProperties?"),
    f"{{{XADES}}}Cert": ("CertDigest", "*"),
    f"{{{XADES}}}CertDigest": ("DigestMethod", "DigestValue"),
}


def require_shape(signature: etree._Element) -> None:
    """Check a ds:Signature and everything in it. Raises MalformedSignature (of `saola_trust`)."""
    for element in signature.iter(*_ORDER):
        names = [etree.QName(child).localname for child in children(element)]
        if not _fits(names, _ORDER[str(element.tag)]):
            raise MalformedSignature(f"{etree.QName(element).localname} does not have the content that it must have")


def _fits(names: list[str], order: tuple[str, ...]) -> bool:
    position = 0
    for expected in order:
        name, mark = expected.rstrip("?+*"), expected[-1]
        if not name:
            return True
        count = 0
        while position < len(names) and names[position] == name:
            position, count = position + 1, count + 1
        fits = {"?": count <= 1, "+": count >= 1, "*": True}.get(mark, count == 1)
        if not fits:
            return False
    return position == len(names)
