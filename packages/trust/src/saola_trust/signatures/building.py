"""XAdES level B over documents of a container, in two steps, because the key is somewhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from cryptography import x509
from lxml import etree

from saola_trust.certificates import SignatureAlgorithm, algorithm_for_key, hash_of, public_key_of, verify
from saola_trust.certificates.loading import certificate_der
from saola_trust.errors import MalformedSignature
from saola_trust.keystore import Signer
from saola_trust.signatures.tree import Item, base64_text, build_signature
from saola_trust.signatures.xmldsig import ASIC, DS, EXCLUSIVE, NS, canonicalise, one, parse_xml, xml_value


@dataclass(frozen=True, slots=True)
class Document:
    """A file of a container: its name there, its media type, its bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A signature that lacks its value. Whoever holds the key signs `to_be_signed` (or its `digest`, SHA-256)."""

    xml: bytes
    to_be_signed: bytes
    certificate: x509.Certificate
    algorithm: SignatureAlgorithm

    @property
    def digest(self) -> bytes:
        """SHA-256 of the canonical SignedInfo: what a remote signer is asked to sign."""
        return hash_of(self.to_be_signed, hash_name="SHA-256")


def prepare(
    *,
    documents: Sequence[Document],
    certificate: x509.Certificate,
    at: datetime,
    roles: Sequence[str] | None = None,
    identifier: str | None = None,
    algorithm: SignatureAlgorithm | None = None,
) -> Unsigned:
    """The signature of `certificate` over all the documents, without its value.

    `at` is the claimed time of signing; `identifier` is the XML Id, by default derived from what is signed,
    so that signatures of one container differ. Raises MalformedSignature when there is nothing to sign.
    """
    if not documents:
        raise MalformedSignature("there is no document to sign")
    items = [
        Item(quote(document.name, safe="/"), hash_of(document.content, hash_name="SHA-256"), document.media_type)
        for document in documents
    ]
    chosen = algorithm or algorithm_for_key(public_key_of(certificate))
    root = etree.Element(f"{{{ASIC}}}XAdESSignatures", nsmap={"asic": ASIC})
    build_signature(
        items=items,
        certificate=certificate,
        algorithm=chosen,
        at=at,
        identifier=identifier or _identifier(items, certificate, at),
        roles=roles or (),
        parent=root,
    )
    xml = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return Unsigned(xml, canonical_signed_info(xml), certificate, chosen)


def complete(*, unsigned: Unsigned, signature_der: bytes) -> bytes:
    """The signature file of level B; the value (ECDSA in DER, RSA as is) is checked first.

    Raises SignatureInvalid when the value was not made by the key of the certificate over these bytes.
    """
    key = public_key_of(unsigned.certificate)
    verify(unsigned.to_be_signed, signature=signature_der, key=key, algorithm=unsigned.algorithm)
    root = parse_xml(unsigned.xml)
    one(root, "ds:Signature/ds:SignatureValue").text = base64_text(xml_value(signature_der, key=key))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def sign(*, documents: Sequence[Document], signer: Signer, at: datetime, roles: Sequence[str] | None = None) -> bytes:
    """Both steps at once, for a key that is at hand."""
    unsigned = prepare(documents=documents, certificate=signer.certificate, at=at, roles=roles)
    value = signer.sign(unsigned.to_be_signed, algorithm=unsigned.algorithm)
    return complete(unsigned=unsigned, signature_der=value)


def canonical_signed_info(xml: bytes) -> bytes:
    """The canonical SignedInfo of a signature file with one signature."""
    root = parse_xml(xml)
    signature = root if root.tag == f"{{{DS}}}Signature" else root.find("ds:Signature", NS)
    if signature is None:
        raise MalformedSignature("there is no signature in the file")
    return canonicalise(one(signature, "ds:SignedInfo"), algorithm=EXCLUSIVE)


def _identifier(items: Sequence[Item], certificate: x509.Certificate, at: datetime) -> str:
    parts = [certificate_der(certificate), at.isoformat().encode(), *(item.digest for item in items)]
    return "S-" + hash_of(b"".join(parts), hash_name="SHA-256").hex()[:24]
