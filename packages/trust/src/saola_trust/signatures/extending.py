"""From level B to LT: the time stamp, then the proofs of non-revocation, then the certificates, all inside.

Order matters to whoever gathers them: stamp first, then ask OCSP, so that the answer is not older
than the stamp (libdigidocpp refuses it otherwise).
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from lxml import etree

from saola_trust.certificates.loading import certificate_der
from saola_trust.errors import MalformedSignature
from saola_trust.signatures.tree import add, base64_text
from saola_trust.signatures.xmldsig import DS, EXCLUSIVE, NS, XADES, canonicalise, one, parse_xml


def timestamp_input(signature_xml: bytes) -> bytes:
    """What the signature time stamp covers: the ds:SignatureValue element, canonical (EN 319 132-1 §5.3)."""
    return canonicalise(one(_signature(parse_xml(signature_xml)), "ds:SignatureValue"), algorithm=EXCLUSIVE)


def extend_lt(
    *,
    signature_xml: bytes,
    timestamp_token: bytes,
    ocsp_responses: Sequence[bytes],
    chain: Sequence[x509.Certificate],
) -> bytes:
    """The signature file of level LT. `chain`: the issuers of the signer, and of the time-stamping authority.

    Nothing is verified here; raises MalformedSignature when the file is not a level B signature.
    """
    root = parse_xml(signature_xml)
    signature = _signature(root)
    qualifying = one(signature, "ds:Object/xades:QualifyingProperties")
    if qualifying.find("xades:UnsignedProperties", NS) is not None:
        raise MalformedSignature("the signature already has unsigned properties: it is beyond level B")
    own = add(add(qualifying, XADES, "UnsignedProperties"), XADES, "UnsignedSignatureProperties")
    stamp = add(own, XADES, "SignatureTimeStamp", Id=f"{signature.get('Id')}-timestamp")
    add(stamp, DS, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    add(stamp, XADES, "EncapsulatedTimeStamp", base64_text(timestamp_token))
    if chain:
        values = add(own, XADES, "CertificateValues")
        for certificate in chain:
            add(values, XADES, "EncapsulatedX509Certificate", base64_text(certificate_der(certificate)))
    if ocsp_responses:
        revocations = add(add(own, XADES, "RevocationValues"), XADES, "OCSPValues")
        for response in ocsp_responses:
            add(revocations, XADES, "EncapsulatedOCSPValue", base64_text(response))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _signature(root: etree._Element) -> etree._Element:
    return root if root.tag == f"{{{DS}}}Signature" else one(root, "ds:Signature")
