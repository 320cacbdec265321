"""Reading XAdES signatures, of us and of others, and checking what they themselves bind together.

Whether the signer, the stamps and the OCSP answers are to be trusted is not decided here but in `validation`.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from lxml import etree

from saola_trust.certificates import hash_of, load_certificate, public_key_of
from saola_trust.certificates.loading import certificate_der
from saola_trust.errors import AlgorithmRefused, MalformedCertificate, MalformedSignature, SignatureInvalid
from saola_trust.signatures.xmldsig import (
    CANONICALISATIONS,
    DS,
    EXCLUSIVE,
    NS,
    SIGNED_PROPERTIES,
    Reference,
    SignedInfo,
    Transform,
    base64_of,
    canonicalise,
    check_reference,
    digest_name,
    element_by_id,
    one,
    parse_xml,
    read_signed_info,
    referenced_bytes,
    signature_value,
    text_of,
    verify_value,
)

MOST_SIGNATURES = 20  # in one file


@dataclass(frozen=True, slots=True)
class SignatureStamp:
    """A time stamp over the signature value: the token, and the bytes that it must cover."""

    token: bytes
    covered: bytes


@dataclass(frozen=True, slots=True)
class XadesSignature:
    """One ds:Signature, parsed. `certificate` is the signer's as KeyInfo carries it."""

    element: etree._Element
    identifier: str
    info: SignedInfo
    value: bytes
    certificate: x509.Certificate
    signing_time: datetime | None
    policy: str | None
    roles: tuple[str, ...]
    media_types: dict[str, str]  # by Id of the reference
    stamps: tuple[SignatureStamp, ...]
    ocsp_responses: tuple[bytes, ...]
    certificates: tuple[x509.Certificate, ...]

    @property
    def data_references(self) -> tuple[Reference, ...]:
        """The references to documents: all but the one to the signed properties."""
        return tuple(reference for reference in self.info.references if reference.type != SIGNED_PROPERTIES)


def read_signatures(xml: bytes) -> tuple[XadesSignature, ...]:
    """All signatures of a signature file; raises MalformedSignature, MalformedCertificate or AlgorithmRefused."""
    root = parse_xml(xml)
    found = [root] if root.tag == f"{{{DS}}}Signature" else root.findall("ds:Signature", NS)
    if not found or len(found) > MOST_SIGNATURES:
        raise MalformedSignature(f"a signature file should hold 1 to {MOST_SIGNATURES} signatures, not {len(found)}")
    return tuple(read_signature(element) for element in found)


def read_signature(element: etree._Element) -> XadesSignature:
    """One ds:Signature; see `read_signatures` for the errors."""
    qualifying = one(element, "ds:Object/xades:QualifyingProperties")
    signed = one(qualifying, "xades:SignedProperties")
    own = one(signed, "xades:SignedSignatureProperties")
    unsigned = qualifying.find("xades:UnsignedProperties/xades:UnsignedSignatureProperties", NS)
    return XadesSignature(
        element=element,
        identifier=element.get("Id", ""),
        info=read_signed_info(element),
        value=signature_value(element),
        certificate=_signer(element, own),
        signing_time=_signing_time(own),
        policy=_policy(own),
        roles=tuple((role.text or "").strip() for role in own.iterfind(".//xades:ClaimedRole", NS)),
        media_types=_media_types(signed),
        stamps=() if unsigned is None else _stamps(element, unsigned),
        ocsp_responses=() if unsigned is None else _all(unsigned, "xades:RevocationValues/xades:OCSPValues/*"),
        certificates=_certificates(element, unsigned),
    )


def check_value(signature: XadesSignature) -> None:
    """Raise SignatureInvalid when the value does not fit SignedInfo and the certificate's key."""
    key = public_key_of(signature.certificate)
    verify_value(signature.info.canonical, value=signature.value, key=key, algorithm=signature.info.algorithm)


def check_signed_properties(signature: XadesSignature) -> None:
    """Raise SignatureInvalid unless exactly this signature's properties are signed (EN 319 132-1 §4.4)."""
    references = [reference for reference in signature.info.references if reference.type == SIGNED_PROPERTIES]
    if len(references) != 1 or not (references[0].uri or "").startswith("#"):
        raise SignatureInvalid("the signature does not cover its own properties")
    expected = one(signature.element, "ds:Object/xades:QualifyingProperties/xades:SignedProperties")
    target = element_by_id(signature.element, (references[0].uri or "")[1:])
    if target is not expected:
        raise SignatureInvalid("the signature covers other properties than its own")
    check_reference(referenced_bytes(target, reference=references[0]), reference=references[0])


def _signer(element: etree._Element, own: etree._Element) -> x509.Certificate:
    """The certificate of KeyInfo whose digest the signed properties name; others beside it are helpers."""
    digests = [
        (
            digest_name(one(item, "ds:DigestMethod").get("Algorithm", ""), allow_weak=True),
            base64_of(one(item, "ds:DigestValue")),
        )
        for path in ("xades:SigningCertificateV2", "xades:SigningCertificate")
        for item in own.findall(f"{path}/xades:Cert/xades:CertDigest", NS)
    ]
    if not digests:
        raise MalformedSignature("the signed properties do not name the signing certificate")
    for node in element.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", NS):
        certificate = load_certificate(base64_of(node))
        name, value = digests[0]
        if hmac.compare_digest(hash_of(certificate_der(certificate), hash_name=name), value):
            return certificate
    raise SignatureInvalid("the certificate in the signature is not the one that its signed properties name")


def _signing_time(own: etree._Element) -> datetime | None:
    node = own.find("xades:SigningTime", NS)
    if node is None:
        return None
    try:
        value = datetime.fromisoformat(text_of(node))
    except ValueError as exc:
        raise MalformedSignature("the signing time is not a date and time") from exc
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _policy(own: etree._Element) -> str | None:
    identifier = own.find(
        "xades:SignaturePolicyIdentifier/xades:SignaturePolicyId/xades:SigPolicyId/xades:Identifier", NS
    )
    return None if identifier is None else (identifier.text or "").strip()


def _media_types(signed: etree._Element) -> dict[str, str]:
    found = {}
    for node in signed.findall("xades:SignedDataObjectProperties/xades:DataObjectFormat", NS):
        kind = node.find("xades:MimeType", NS)
        if kind is not None and kind.text:
            found[node.get("ObjectReference", "").removeprefix("#")] = kind.text.strip()
    return found


def _stamps(element: etree._Element, unsigned: etree._Element) -> tuple[SignatureStamp, ...]:
    value = one(element, "ds:SignatureValue")
    found = []
    for stamp in unsigned.findall("xades:SignatureTimeStamp", NS):
        tokens = stamp.findall("xades:EncapsulatedTimeStamp", NS)
        if len(tokens) != 1:
            raise MalformedSignature("a SignatureTimeStamp should hold one token")
        found.append(
            SignatureStamp(base64_of(tokens[0]), canonicalise(value, algorithm=_canonicalisation(stamp).algorithm))
        )
    return tuple(found)


def _canonicalisation(stamp: etree._Element) -> Transform:
    method = stamp.find("ds:CanonicalizationMethod", NS)
    # EN 319 132-1 §5.1.4.4.1 and XAdES 1.4.2 §7.1.4.3.1: without the element, inclusive canonicalisation.
    address = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" if method is None else method.get("Algorithm", "")
    if address not in CANONICALISATIONS:
        raise AlgorithmRefused(f"the canonicalisation {address or EXCLUSIVE} is not known")
    return Transform(address)


def _certificates(element: etree._Element, unsigned: etree._Element | None) -> tuple[x509.Certificate, ...]:
    nodes = element.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", NS)
    if unsigned is not None:
        nodes += unsigned.findall("xades:CertificateValues/xades:EncapsulatedX509Certificate", NS)
    found = []
    for node in nodes:
        try:
            found.append(load_certificate(base64_of(node)))
        except MalformedCertificate:
            continue  # helpers for path building; what is missing will be missed there
    return tuple(found)


def _all(parent: etree._Element, path: str) -> tuple[bytes, ...]:
    return tuple(base64_of(node) for node in parent.findall(path, NS))
