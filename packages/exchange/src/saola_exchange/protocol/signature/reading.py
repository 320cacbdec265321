"""A received signature as values: what it refers to, who made it, and what it carries along.

The bytes are parsed once and never written again before they are verified.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from lxml import etree
from saola_trust.certificates import certificate_der, load_certificate
from saola_trust.errors import AlgorithmRefused, MalformedCertificate
from saola_trust.errors import MalformedSignature as MalformedInTrust
from saola_trust.signatures import xmldsig
from saola_trust.signatures.xmldsig import NS, Reference, SignedInfo

from saola_exchange.errors import ProtocolError
from saola_exchange.protocol.signature.shape import require_shape
from saola_exchange.protocol.xml import parse

MAXIMUM_ATTACHED = 20


class MalformedSignature(ProtocolError):
    """A signature that does not have the form of the protocol."""

    code = "malformed_signature"
    fault = "peer"
    remedy = "The signature cannot count as evidence; ask the other side for its copy of the message."


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A parsed signature. `references` are those to data; the one to the signed properties is apart."""

    element: etree._Element = field(repr=False)
    info: SignedInfo = field(repr=False)
    value: bytes = field(repr=False)
    references: tuple[Reference, ...]
    properties: etree._Element = field(repr=False)
    properties_reference: Reference
    certificate: x509.Certificate
    intermediates: tuple[x509.Certificate, ...]
    ocsp_responses: tuple[bytes, ...] = field(repr=False)
    timestamps: tuple[bytes, ...] = field(repr=False)
    signed_at: datetime

    def refers_to(self, uri: str) -> bool:
        """Whether a reference names this part."""
        return any(reference.uri == uri for reference in self.references)


def read_signature(data: bytes) -> SignedDocument:
    """Parse a signature. Raises MalformedXml, MalformedSignature."""
    root = parse(data)
    try:
        return _read(_signature_element(root))
    except (MalformedInTrust, MalformedCertificate, AlgorithmRefused) as exc:
        raise MalformedSignature(exc.detail) from exc


def _read(element: etree._Element) -> SignedDocument:
    require_shape(element)
    info = xmldsig.read_signed_info(element)
    qualifying = xmldsig.one(element, "ds:Object/xades:QualifyingProperties")
    if not element.get("Id") or qualifying.get("Target") != f"#{element.get('Id')}":
        raise MalformedSignature("the qualifying properties belong to another signature")
    properties = xmldsig.one(qualifying, "xades:SignedProperties")
    about_properties = [reference for reference in info.references if reference.type == xmldsig.SIGNED_PROPERTIES]
    if len(about_properties) != 1 or about_properties[0].uri != f"#{properties.get('Id')}":
        raise MalformedSignature("the signature does not cover its signed properties")
    xmldsig.element_by_id(element.getroottree().getroot(), properties.get("Id") or "")
    responses = _values(qualifying, "xades:RevocationValues/xades:OCSPValues/xades:EncapsulatedOCSPValue")
    if not responses:
        raise MalformedSignature("the signature carries no OCSP response")
    return SignedDocument(
        element=element,
        info=info,
        value=xmldsig.signature_value(element),
        references=tuple(reference for reference in info.references if reference not in about_properties),
        properties=properties,
        properties_reference=about_properties[0],
        certificate=_signing_certificate(element, properties),
        intermediates=_intermediates(qualifying),
        ocsp_responses=responses,
        timestamps=_values(qualifying, "xades:SignatureTimeStamp/xades:EncapsulatedTimeStamp"),
        signed_at=_time(xmldsig.text_of(xmldsig.one(properties, "xades:SignedSignatureProperties/xades:SigningTime"))),
    )


def _signature_element(root: etree._Element) -> etree._Element:
    """The one ds:Signature: the root, or the child of an ASiC wrapper (whatever its version)."""
    tag = f"{{{xmldsig.DS}}}Signature"
    if root.tag == tag:
        return root
    found = root.findall(tag)
    if etree.QName(root).localname != "XAdESSignatures" or len(found) != 1:
        raise MalformedSignature("there must be exactly one signature")
    return found[0]


def _signing_certificate(element: etree._Element, properties: etree._Element) -> x509.Certificate:
    """The certificate in KeyInfo that the signed properties name by its digest.

    X-Road's own verifier does not compare the two; without it the certificate could be exchanged
    for another one of the same key.
    """
    present = element.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", NS)
    if not present or len(present) > MAXIMUM_ATTACHED:
        raise MalformedSignature("the signature has no signing certificate")
    certificates = [_certificate(xmldsig.base64_of(item)) for item in present]
    signed = properties.findall("xades:SignedSignatureProperties/xades:SigningCertificate/xades:Cert", NS)
    signed += properties.findall("xades:SignedSignatureProperties/xades:SigningCertificateV2/xades:Cert", NS)
    if not signed:
        raise MalformedSignature("the signed properties do not name the signing certificate")
    for certificate in certificates:
        if _is_digest_of(signed[0], certificate):
            return certificate
    raise MalformedSignature("the certificate is not the one that the signed properties name")


@lru_cache(maxsize=1024)
def _certificate(data: bytes) -> x509.Certificate:
    """Parsing one takes longer than all else here, and a peer's is the same in every message."""
    return load_certificate(data)


def _is_digest_of(reference: etree._Element, certificate: x509.Certificate) -> bool:
    method = xmldsig.one(reference, "xades:CertDigest/ds:DigestMethod").get("Algorithm", "")
    expected = xmldsig.base64_of(xmldsig.one(reference, "xades:CertDigest/ds:DigestValue"))
    return xmldsig.digest(certificate_der(certificate), algorithm=method) == expected


def _intermediates(qualifying: etree._Element) -> tuple[x509.Certificate, ...]:
    """The certificates that come along; those that are referred to must be there and be the same."""
    base = "xades:UnsignedProperties/xades:UnsignedSignatureProperties/"
    elements = qualifying.findall(base + "xades:CertificateValues/xades:EncapsulatedX509Certificate", NS)
    if len(elements) > MAXIMUM_ATTACHED:
        raise MalformedSignature("the signature carries too many certificates")
    found = [(item.get("Id"), _certificate(xmldsig.base64_of(item))) for item in elements]
    by_id = dict(found)
    for reference in qualifying.findall(base + "xades:CompleteCertificateRefs/xades:CertRefs/xades:Cert", NS):
        uri = reference.get("URI")
        if uri is None:
            continue
        certificate = by_id.get(uri.removeprefix("#"))
        if certificate is None or not _is_digest_of(reference, certificate):
            raise MalformedSignature("a certificate that the signature refers to is missing or another one")
    return tuple(certificate for _, certificate in found)


def _values(qualifying: etree._Element, path: str) -> tuple[bytes, ...]:
    elements = qualifying.findall(f"xades:UnsignedProperties/xades:UnsignedSignatureProperties/{path}", NS)
    if len(elements) > MAXIMUM_ATTACHED:
        raise MalformedSignature("the signature carries too many values")
    return tuple(xmldsig.base64_of(item) for item in elements)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as exc:
        raise MalformedSignature("the signing time is not a date and time") from exc
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
