"""XML as signatures need it: parsed without entities, canonical, elements found once or not at all."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from lxml import etree

from saola_trust.errors import AlgorithmRefused, MalformedSignature
from saola_trust.signatures.vocabulary import CANONICALISATIONS, EXCLUSIVE, NS

LARGEST_XML = 32 * 1024 * 1024


def parse_xml(data: bytes, *, limit: int = LARGEST_XML) -> etree._Element:
    """The root of a document; raises MalformedSignature, also for any DOCTYPE (entities) and beyond the limit."""
    if len(data) > limit:
        raise MalformedSignature(f"XML of {len(data)} bytes is larger than {limit}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
                             huge_tree=False, remove_blank_text=False, recover=False)  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise MalformedSignature(f"the XML cannot be read: {exc}") from exc
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedSignature("XML with a DOCTYPE is not accepted")
    return root


def canonicalise(element: etree._Element, *, algorithm: str = EXCLUSIVE, prefixes: Sequence[str] = ()) -> bytes:
    """The canonical bytes of the subtree. `prefixes`: InclusiveNamespaces of exclusive canonicalisation.

    Raises AlgorithmRefused for an unknown algorithm, and for inclusive canonicalisation of an element
    below one with attributes ``xml:…``, which would be inherited (lxml does not do it).
    """
    if algorithm not in CANONICALISATIONS:
        raise AlgorithmRefused(f"the canonicalisation {algorithm} is not known")
    exclusive, comments = CANONICALISATIONS[algorithm]
    if not exclusive and any(_has_xml_attributes(ancestor) for ancestor in element.iterancestors()):
        raise AlgorithmRefused("inclusive canonicalisation below xml: attributes is not supported")
    names = [("" if prefix == "#default" else prefix) for prefix in prefixes] if exclusive else None
    try:
        return etree.tostring(
            element, method="c14n", exclusive=exclusive, with_comments=comments, inclusive_ns_prefixes=names or None
        )
    except (etree.C14NError, ValueError, TypeError) as exc:
        raise MalformedSignature(f"the XML has no canonical form: {exc}") from exc


def element_by_id(root: etree._Element, identifier: str) -> etree._Element:
    """The one element with this Id; raises MalformedSignature when none or several have it (wrapping attacks)."""
    found = [element for element in root.iter(etree.Element) if identifier in _identifiers(element)]
    if len(found) != 1:
        raise MalformedSignature(f"{len(found)} elements have the Id {identifier!r}; one should")
    return found[0]


def one(parent: etree._Element, path: str) -> etree._Element:
    """The one element at the path (prefixes of `NS`); raises MalformedSignature when there is none, or several."""
    found = parent.findall(path, NS)
    if len(found) != 1:
        raise MalformedSignature(f"there should be one {path} in {etree.QName(parent).localname}, not {len(found)}")
    return found[0]


def text_of(element: etree._Element) -> str:
    """The text of an element without markup, stripped; raises MalformedSignature when there is none."""
    if len(element) or not (element.text or "").strip():
        raise MalformedSignature(f"{etree.QName(element).localname} should hold text")
    return (element.text or "").strip()


def base64_of(element: etree._Element) -> bytes:
    """The decoded base64 text of an element; raises MalformedSignature."""
    try:
        return base64.b64decode("".join(text_of(element).split()), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise MalformedSignature(f"{etree.QName(element).localname} is not base64") from exc


def _identifiers(element: etree._Element) -> set[str]:
    return {value for name in ("Id", "ID", "id") if (value := element.get(name)) is not None}


def _has_xml_attributes(element: etree._Element) -> bool:
    return any(str(name).startswith("{http://www.w3.org/XML/1998/namespace}") for name in element.attrib)
