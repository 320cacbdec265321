"""The primitives of XML signatures (XML-DSig 1.1), shared by documents, the trusted list and the exchange.

Rules of this file: bytes in, values out; no entity, no DTD, no network while parsing; only algorithms
in the tables; SHA-1 only where the caller says `allow_weak`. ECDSA values are raw r‖s in XML
(RFC 9231 §2.3.6) and DER everywhere else; the two functions at the end convert.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree

from saola_trust.certificates import PublicKey, SignatureAlgorithm, hash_of, verify
from saola_trust.certificates.algorithms import WEAK
from saola_trust.errors import AlgorithmRefused, MalformedSignature, SignatureInvalid
from saola_trust.signatures.vocabulary import (
    ASIC,
    C14N,
    C14N11,
    C14N_COMMENTS,
    CANONICALISATIONS,
    DIGEST_ADDRESSES,
    DIGESTS,
    DS,
    DSIG11,
    ENVELOPED,
    EXCLUSIVE,
    EXCLUSIVE_COMMENTS,
    NS,
    SIGNATURE_ADDRESSES,
    SIGNATURES,
    SIGNED_PROPERTIES,
    XADES,
    XADES141,
)
from saola_trust.signatures.xml import LARGEST_XML, base64_of, canonicalise, element_by_id, one, parse_xml, text_of

__all__ = [
    "ASIC",
    "C14N",
    "C14N11",
    "C14N_COMMENTS",
    "CANONICALISATIONS",
    "DIGESTS",
    "DIGEST_ADDRESSES",
    "DS",
    "DSIG11",
    "ENVELOPED",
    "EXCLUSIVE",
    "EXCLUSIVE_COMMENTS",
    "LARGEST_XML",
    "NS",
    "SIGNATURES",
    "SIGNATURE_ADDRESSES",
    "SIGNED_PROPERTIES",
    "XADES",
    "XADES141",
    "Reference",
    "SignedInfo",
    "Transform",
    "address_of",
    "base64_of",
    "canonicalise",
    "check_reference",
    "digest",
    "digest_name",
    "ecdsa_der_to_raw",
    "ecdsa_raw_to_der",
    "element_by_id",
    "one",
    "parse_xml",
    "read_signed_info",
    "referenced_bytes",
    "signature_algorithm",
    "signature_value",
    "text_of",
    "verify_value",
    "xml_value",
]


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
