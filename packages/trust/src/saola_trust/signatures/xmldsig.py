"""The primitives of XML signatures (XML-DSig 1.1), shared by documents, the trusted list and the exchange.

Rules of this file: bytes in, values out; no entity, no DTD, no network while parsing; only algorithms
in the tables; SHA-1 only where the caller says `allow_weak`. ECDSA values are raw r‖s in XML
(RFC 9231 §2.3.6) and DER everywhere else; the two functions at the end convert.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree

from saola_trust.certificates import PublicKey, SignatureAlgorithm, hash_of, verify
from saola_trust.certificates.algorithms import WEAK
from saola_trust.errors import AlgorithmRefused, MalformedSignature, SignatureInvalid

DS = "http://www.w3.org/2000/09/xmldsig#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
XADES141 = "http://uri.etsi.org/01903/v1.4.1#"
ASIC = "http://uri.etsi.org/02918/v1.2.1#"
NS = {"ds": DS, "xades": XADES, "xades141": XADES141, "asic": ASIC}

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_COMMENTS = C14N + "#WithComments"
C14N11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
EXCLUSIVE_COMMENTS = EXCLUSIVE + "WithComments"
ENVELOPED = DS + "enveloped-signature"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"

CANONICALISATIONS = {
    # address: (exclusive, with comments)
    C14N: (False, False),
    C14N_COMMENTS: (False, True),
    C14N11: (False, False),
    C14N11 + "#WithComments": (False, True),
    EXCLUSIVE: (True, False),
    EXCLUSIVE_COMMENTS: (True, True),
}
DIGESTS = {
    DS + "sha1": "SHA-1",
    "http://www.w3.org/2001/04/xmldsig-more#sha224": "SHA-224",
    "http://www.w3.org/2001/04/xmlenc#sha256": "SHA-256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "SHA-384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "SHA-512",
}
MORE, PSS = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2007/05/xmldsig-more#"
SIGNATURES = {
    DS + "rsa-sha1": SignatureAlgorithm("rsa-pkcs1", "SHA-1"),
    MORE + "rsa-sha224": SignatureAlgorithm("rsa-pkcs1", "SHA-224"),
    MORE + "rsa-sha256": SignatureAlgorithm("rsa-pkcs1", "SHA-256"),
    MORE + "rsa-sha384": SignatureAlgorithm("rsa-pkcs1", "SHA-384"),
    MORE + "rsa-sha512": SignatureAlgorithm("rsa-pkcs1", "SHA-512"),
    PSS + "sha256-rsa-MGF1": SignatureAlgorithm("rsa-pss", "SHA-256"),
    PSS + "sha384-rsa-MGF1": SignatureAlgorithm("rsa-pss", "SHA-384"),
    PSS + "sha512-rsa-MGF1": SignatureAlgorithm("rsa-pss", "SHA-512"),
    MORE + "ecdsa-sha1": SignatureAlgorithm("ecdsa", "SHA-1"),
    MORE + "ecdsa-sha224": SignatureAlgorithm("ecdsa", "SHA-224"),
    MORE + "ecdsa-sha256": SignatureAlgorithm("ecdsa", "SHA-256"),
    MORE + "ecdsa-sha384": SignatureAlgorithm("ecdsa", "SHA-384"),
    MORE + "ecdsa-sha512": SignatureAlgorithm("ecdsa", "SHA-512"),
}
DIGEST_ADDRESSES = {name: address for address, name in DIGESTS.items()}
SIGNATURE_ADDRESSES = {algorithm: address for address, algorithm in SIGNATURES.items()}

LARGEST_XML = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Transform:
    """One step between what a reference points at and the bytes that are hashed."""

    algorithm: str
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """One ds:Reference of a SignedInfo, parsed."""

    uri: str | None
    id: str | None
    type: str | None
    transforms: tuple[Transform, ...]
    digest_name: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class SignedInfo:
    """A ds:SignedInfo, parsed. `canonical` are the bytes that were signed."""

    canonical: bytes
    canonicalisation: Transform
    algorithm: SignatureAlgorithm
    references: tuple[Reference, ...]


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


def digest(data: bytes, *, algorithm: str, allow_weak: bool = False) -> bytes:
    """The digest by algorithm address; raises AlgorithmRefused."""
    return hash_of(data, hash_name=digest_name(algorithm, allow_weak=allow_weak))


def digest_name(algorithm: str, *, allow_weak: bool = False) -> str:
    """``…#sha256`` → ``SHA-256``; raises AlgorithmRefused for unknown and (unless allowed) weak ones."""
    name = DIGESTS.get(algorithm)
    if name is None or (name in WEAK and not allow_weak):
        raise AlgorithmRefused(f"the digest algorithm {algorithm or '(none)'} is not accepted")
    return name


def signature_algorithm(address: str) -> SignatureAlgorithm:
    """The algorithm of a SignatureMethod address; raises AlgorithmRefused."""
    if address not in SIGNATURES:
        raise AlgorithmRefused(f"the signature algorithm {address or '(none)'} is not known")
    return SIGNATURES[address]


def address_of(algorithm: SignatureAlgorithm) -> str:
    """The SignatureMethod address of an algorithm; raises AlgorithmRefused when XML-DSig has none."""
    if algorithm not in SIGNATURE_ADDRESSES:
        raise AlgorithmRefused(f"{algorithm.family} with {algorithm.hash_name} has no address in XML signatures")
    return SIGNATURE_ADDRESSES[algorithm]


def read_signed_info(signature: etree._Element, *, allow_weak: bool = False) -> SignedInfo:
    """Parse ds:SignedInfo of a ds:Signature and canonicalise it; raises MalformedSignature or AlgorithmRefused."""
    element = one(signature, "ds:SignedInfo")
    method = one(element, "ds:CanonicalizationMethod")
    step = Transform(method.get("Algorithm", ""), _prefixes(method))
    references = tuple(_reference(item, allow_weak=allow_weak) for item in element.findall("ds:Reference", NS))
    if not references:
        raise MalformedSignature("the signature refers to nothing")
    return SignedInfo(
        canonical=canonicalise(element, algorithm=step.algorithm, prefixes=step.prefixes),
        canonicalisation=step,
        algorithm=signature_algorithm(one(element, "ds:SignatureMethod").get("Algorithm", "")),
        references=references,
    )


def signature_value(signature: etree._Element) -> bytes:
    """The decoded ds:SignatureValue; raises MalformedSignature."""
    return base64_of(one(signature, "ds:SignatureValue"))


def verify_value(
    signed: bytes, *, value: bytes, key: PublicKey, algorithm: SignatureAlgorithm, allow_weak: bool = False
) -> None:
    """Check a value as XML carries it (ECDSA raw r‖s); raises SignatureInvalid or AlgorithmRefused."""
    if algorithm.family == "ecdsa":
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise AlgorithmRefused("an RSA key cannot have signed with ECDSA")
        value = ecdsa_raw_to_der(value, key=key)
    verify(signed, signature=value, key=key, algorithm=algorithm, allow_weak=allow_weak)


def referenced_bytes(
    target: etree._Element | bytes, *, reference: Reference, signature: etree._Element | None = None
) -> bytes:
    """What a reference hashes: its target after the transforms. Raises AlgorithmRefused for other transforms.

    `target` is the bytes of a file, or an element of the same document. `signature` is the ds:Signature
    that the enveloped-signature transform takes away.
    """
    value: etree._Element | bytes = target
    for step in reference.transforms:
        if step.algorithm == ENVELOPED and not isinstance(value, bytes):
            value = _without(value, signature)
        elif step.algorithm in CANONICALISATIONS:
            element = parse_xml(value) if isinstance(value, bytes) else value
            value = canonicalise(element, algorithm=step.algorithm, prefixes=step.prefixes)
        else:
            raise AlgorithmRefused(f"the transform {step.algorithm or '(none)'} is not accepted here")
    # XML-DSig §4.4.3.2: an element that no transform has turned into bytes is canonicalised inclusively.
    return value if isinstance(value, bytes) else canonicalise(value, algorithm=C14N)


def check_reference(data: bytes, *, reference: Reference) -> None:
    """Raise SignatureInvalid when the digest of the data is not the one that was signed."""
    if hash_of(data, hash_name=reference.digest_name) != reference.digest:
        raise SignatureInvalid(
            f"the digest of {reference.uri or 'the document'!r} differs: it was altered after signing"
        )


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


def ecdsa_der_to_raw(der: bytes, *, key: PublicKey) -> bytes:
    """(r, s) in DER → r‖s, each as long as the curve's order; raises SignatureInvalid."""
    size = _half(key)
    try:
        r, s = decode_dss_signature(der)
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    except (ValueError, OverflowError) as exc:
        raise SignatureInvalid("the ECDSA signature is not (r, s) in DER for this curve") from exc


def ecdsa_raw_to_der(raw: bytes, *, key: PublicKey) -> bytes:
    """r‖s → (r, s) in DER; raises SignatureInvalid when the length does not fit the curve."""
    size = _half(key)
    if len(raw) != 2 * size:
        raise SignatureInvalid(f"an ECDSA value of {len(raw)} bytes does not fit a curve of {size * 8} bits")
    return encode_dss_signature(int.from_bytes(raw[:size], "big"), int.from_bytes(raw[size:], "big"))


def xml_value(signature: bytes, *, key: PublicKey) -> bytes:
    """A signature as a `Signer` gives it (ECDSA in DER), as ds:SignatureValue carries it."""
    return ecdsa_der_to_raw(signature, key=key) if isinstance(key, ec.EllipticCurvePublicKey) else signature


def _half(key: PublicKey) -> int:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise AlgorithmRefused("only EC keys make ECDSA signatures")
    return (key.key_size + 7) // 8


def _reference(element: etree._Element, *, allow_weak: bool) -> Reference:
    steps = tuple(
        Transform(t.get("Algorithm", ""), _prefixes(t)) for t in element.findall("ds:Transforms/ds:Transform", NS)
    )
    return Reference(
        uri=element.get("URI"),
        id=element.get("Id"),
        type=element.get("Type"),
        transforms=steps,
        digest_name=digest_name(one(element, "ds:DigestMethod").get("Algorithm", ""), allow_weak=allow_weak),
        digest=base64_of(one(element, "ds:DigestValue")),
    )


def _prefixes(method: etree._Element) -> tuple[str, ...]:
    inclusive = method.find(f"{{{EXCLUSIVE}}}InclusiveNamespaces")
    return () if inclusive is None else tuple((inclusive.get("PrefixList") or "").split())


def _identifiers(element: etree._Element) -> set[str]:
    return {value for name in ("Id", "ID", "id") if (value := element.get(name)) is not None}


def _has_xml_attributes(element: etree._Element) -> bool:
    return any(str(name).startswith("{http://www.w3.org/XML/1998/namespace}") for name in element.attrib)


def _without(root: etree._Element, signature: etree._Element | None) -> etree._Element:
    if signature is None or signature is root:
        raise MalformedSignature("there is no enveloped signature to take away")
    path = []
    node = signature
    while node is not root:
        parent = node.getparent()
        if parent is None:
            raise MalformedSignature("the signature is not inside what it signs")
        path.append(parent.index(node))
        node = parent
    copy = parse_xml(etree.tostring(root, encoding="utf-8", with_tail=False))
    gone = copy
    for index in reversed(path):
        gone = gone[index]
    _remove_keeping_tail(gone)
    return copy


def _remove_keeping_tail(element: etree._Element) -> None:
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        raise MalformedSignature("the signature is the whole document")
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
