"""Making signatures. The XML is written in canonical form at once, so that what is signed is what is sent.

The shape is the one that X-Road's servers make and read: prefixes `ds:` and `xades:`, no indentation
in the XAdES part, the fixed Ids, inclusive canonicalisation without transforms.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from cryptography import x509
from saola_trust.certificates import algorithm_for_key, certificate_der, public_key_of
from saola_trust.keystore import Signer
from saola_trust.signatures import xmldsig

from saola_exchange.protocol import hashchain
from saola_exchange.protocol.parts import HASH_CHAIN, HASH_CHAIN_RESULT, MESSAGE, SHA512, ContentPart, Part

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
# In the order that canonical XML wants: they are all in scope, hence all on the canonical subtrees.
_NAMESPACES = "".join(
    f' xmlns:{prefix}="{uri}"'
    for prefix, uri in (
        ("asic", xmldsig.ASIC),
        ("ds", xmldsig.DS),
        ("xades", xmldsig.XADES),
        ("xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    )
)
_DIGEST_METHOD = f'<ds:DigestMethod Algorithm="{SHA512}"></ds:DigestMethod>'
_POLICY = (
    "<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId><xades:SigPolicyId>"
    '<xades:Identifier Qualifier="OIDAsURN">urn:oid:1.3.6.1.4.1.3516.16.2</xades:Identifier>'
    "<xades:Description>Profile for High Performance Digital Signatures (version 1.2)</xades:Description>"
    f"</xades:SigPolicyId><xades:SigPolicyHash>{_DIGEST_METHOD}<ds:DigestValue>"
    "BuO0EDNfkxSVlUbxCzmQPzX1AUF1/xx9ytWHk3/6SAOePxQiniEfDYk+90QeYb3lWpV3Izhuz9fKaYyE+lTcXw=="
    "</ds:DigestValue></xades:SigPolicyHash><xades:SigPolicyQualifiers><xades:SigPolicyQualifier>"
    "<xades:SPURI>https://repo.cyber.ee/dsig-profile-1.2.pdf</xades:SPURI></xades:SigPolicyQualifier>"
    "</xades:SigPolicyQualifiers></xades:SignaturePolicyId></xades:SignaturePolicyIdentifier>"
)


@dataclass(frozen=True, slots=True)
class MessageSignature:
    """What is sent and logged with one message; the hash chain is None when the message was signed alone."""

    xml: bytes
    hash_chain_result: bytes | None = None
    hash_chain: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Signing:
    signer: Signer
    intermediates: Sequence[x509.Certificate]
    ocsp_responses: Sequence[bytes]
    at: datetime


def sign(
    *,
    messages: Sequence[Sequence[Part]],
    signer: Signer,
    ocsp_responses: Sequence[bytes],
    at: datetime,
    intermediates: Sequence[x509.Certificate] = (),
) -> tuple[MessageSignature, ...]:
    """Sign one or more messages with one signature; each message is its parts in order (`message_parts`).

    `ocsp_responses` (DER) tell the signer's and the intermediates' status, `at` is the signing time.
    One message of one part is signed as it is, anything else over a hash chain. Raises what the
    signer raises, and ValueError for an empty batch.
    """
    signing = _Signing(signer, intermediates, ocsp_responses, at)
    alone = messages[0][0] if len(messages) == 1 and len(messages[0]) == 1 else None
    if isinstance(alone, ContentPart) and alone.name == MESSAGE:
        return (MessageSignature(xml=_signature(signing, covered=alone, media_type="text/xml")),)
    batch = hashchain.build(messages, chain_uri=HASH_CHAIN)
    result = ContentPart(name=HASH_CHAIN_RESULT, content=batch.result)
    xml = _signature(signing, covered=result, media_type="application/hash-chain-result")
    return tuple(MessageSignature(xml, batch.result, chain) for chain in batch.chains)


def _signature(signing: _Signing, *, covered: ContentPart, media_type: str) -> bytes:
    properties = _signed_properties(signing, media_type)
    key = public_key_of(signing.signer.certificate)
    algorithm = algorithm_for_key(key, hash_name="SHA-512")
    info = _signed_info(covered, properties=properties, method=xmldsig.address_of(algorithm))
    signed = signing.signer.sign(_canonical(info), algorithm=algorithm)
    value = xmldsig.xml_value(signed, key=key)
    certificate = _base64(certificate_der(signing.signer.certificate))
    return (
        f'{_HEAD}<asic:XAdESSignatures{_NAMESPACES}><ds:Signature Id="signature">{info}'
        f'<ds:SignatureValue Id="signature-value">{_base64(value)}</ds:SignatureValue>'
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        f'<ds:Object><xades:QualifyingProperties Target="#signature">{properties}{_unsigned_properties(signing)}'
        "</xades:QualifyingProperties></ds:Object></ds:Signature></asic:XAdESSignatures>"
    ).encode()


def _signed_info(covered: ContentPart, *, properties: str, method: str) -> str:
    properties_digest = _base64(hashlib.sha512(_canonical(properties)).digest())
    return (
        f'<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{xmldsig.C14N}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod>'
        f'<ds:Reference Id="signature-reference-0" URI="{covered.name}">{_DIGEST_METHOD}'
        f"<ds:DigestValue>{_base64(covered.digest(SHA512))}</ds:DigestValue></ds:Reference>"
        f'<ds:Reference Id="signature-reference-1" Type="{xmldsig.SIGNED_PROPERTIES}" URI="#signed-properties">'
        f"{_DIGEST_METHOD}<ds:DigestValue>{properties_digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )


def _signed_properties(signing: _Signing, media_type: str) -> str:
    time = signing.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        '<xades:SignedProperties Id="signed-properties"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{time}</xades:SigningTime><xades:SigningCertificate>"
        f"{_certificate_reference(signing.signer.certificate)}</xades:SigningCertificate>{_POLICY}"
        "</xades:SignedSignatureProperties><xades:SignedDataObjectProperties>"
        '<xades:DataObjectFormat ObjectReference="#signature-reference-0">'
        f"<xades:MimeType>{media_type}</xades:MimeType></xades:DataObjectFormat>"
        "</xades:SignedDataObjectProperties></xades:SignedProperties>"
    )


def _unsigned_properties(signing: _Signing) -> str:
    certificates = references = ""
    for number, certificate in enumerate(signing.intermediates, start=1):
        name = f"encapsulated-cert-{number}"
        references += _certificate_reference(certificate, uri=f' URI="#{name}"')
        value = _base64(certificate_der(certificate))
        certificates += f'<xades:EncapsulatedX509Certificate Id="{name}">{value}</xades:EncapsulatedX509Certificate>'
    if references:
        references = f"<xades:CertRefs>{references}</xades:CertRefs>"
        references = f"<xades:CompleteCertificateRefs>{references}</xades:CompleteCertificateRefs>"
        certificates = f"<xades:CertificateValues>{certificates}</xades:CertificateValues>"
    responses = "".join(
        f'<xades:EncapsulatedOCSPValue Id="ocsp-response-{number}">{_base64(response)}</xades:EncapsulatedOCSPValue>'
        for number, response in enumerate(signing.ocsp_responses, start=1)
    )
    return (
        f"<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{references}{certificates}"
        f"<xades:RevocationValues><xades:OCSPValues>{responses}</xades:OCSPValues></xades:RevocationValues>"
        "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    )


def _certificate_reference(certificate: x509.Certificate, uri: str = "") -> str:
    value = _base64(hashlib.sha512(certificate_der(certificate)).digest())
    issuer = escape(certificate.issuer.rfc4514_string()).replace("\r", "&#xD;")
    return (
        f"<xades:Cert{uri}><xades:CertDigest>{_DIGEST_METHOD}<ds:DigestValue>{value}</ds:DigestValue>"
        f"</xades:CertDigest><xades:IssuerSerial><ds:X509IssuerName>{issuer}</ds:X509IssuerName>"
        f"<ds:X509SerialNumber>{certificate.serial_number}</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert>"
    )


def _canonical(element: str) -> bytes:
    """The canonical bytes of an element written by this module: its text with the namespaces in scope."""
    end = min(position for position in (element.find(" "), element.find(">")) if position > 0)
    return (element[:end] + _NAMESPACES + element[end:]).encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
