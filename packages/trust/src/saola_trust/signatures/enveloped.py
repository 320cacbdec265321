"""A XAdES signature inside the XML that it signs: for the trusted list (TS 119 612 §5.7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from lxml import etree

from saola_trust.certificates import algorithm_for_key, hash_of, public_key_of
from saola_trust.errors import SignatureInvalid
from saola_trust.keystore import Signer
from saola_trust.signatures.reading import check_signed_properties, check_value, read_signature
from saola_trust.signatures.tree import Item, base64_text, build_signature
from saola_trust.signatures.xmldsig import (
    ENVELOPED,
    EXCLUSIVE,
    NS,
    canonicalise,
    check_reference,
    one,
    parse_xml,
    referenced_bytes,
    xml_value,
)


def sign_enveloped(xml: bytes, *, signer: Signer, at: datetime, identifier: str = "signature") -> bytes:
    """The document with a signature over all of it as last child of its root."""
    root = parse_xml(xml)
    digest = hash_of(canonicalise(root, algorithm=EXCLUSIVE), hash_name="SHA-256")
    key = public_key_of(signer.certificate)
    item = Item("", digest, "text/xml", (ENVELOPED, EXCLUSIVE))
    algorithm = algorithm_for_key(key)
    signature = build_signature(items=[item], certificate=signer.certificate, algorithm=algorithm, at=at,
                                identifier=identifier, parent=root)  # fmt: skip
    info = canonicalise(one(signature, "ds:SignedInfo"), algorithm=EXCLUSIVE)
    one(signature, "ds:SignatureValue").text = base64_text(xml_value(signer.sign(info, algorithm=algorithm), key=key))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def verify_enveloped(xml: bytes, *, certificates: Sequence[x509.Certificate]) -> tuple[etree._Element, datetime | None]:
    """The root of a document wholly signed by one of these certificates, and the claimed time of signing.

    Raises SignatureInvalid, MalformedSignature or AlgorithmRefused. Trust comes from `certificates`
    alone; the certificate in the signature only says which of them.
    """
    root = parse_xml(xml)
    found = root.findall("ds:Signature", NS)
    if len(found) != 1:
        raise SignatureInvalid(f"the document carries {len(found)} signatures, one is expected")
    signature = read_signature(found[0])
    if signature.certificate not in certificates:
        raise SignatureInvalid("the document is not signed by the certificate that is expected")
    check_value(signature)
    check_signed_properties(signature)
    whole = [reference for reference in signature.info.references if reference.uri == ""]
    if len(whole) != 1 or ENVELOPED not in {step.algorithm for step in whole[0].transforms}:
        raise SignatureInvalid("the signature does not cover the whole document")
    check_reference(referenced_bytes(root, reference=whole[0], signature=found[0]), reference=whole[0])
    return root, signature.signing_time
