"""The tree of a XAdES baseline signature (EN 319 132-1), for documents beside it and for the XML around it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from lxml import etree

from saola_trust.certificates import SignatureAlgorithm, hash_of
from saola_trust.certificates.loading import certificate_der
from saola_trust.signatures.xmldsig import (
    DIGEST_ADDRESSES,
    DS,
    EXCLUSIVE,
    SIGNED_PROPERTIES,
    XADES,
    address_of,
    canonicalise,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is signed: its address, the transforms to name, its digest (SHA-256), its media type."""

    uri: str
    digest: bytes
    media_type: str
    transforms: tuple[str, ...] = ()


def build_signature(
    *,
    items: Sequence[Item],
    certificate: x509.Certificate,
    algorithm: SignatureAlgorithm,
    at: datetime,
    identifier: str,
    roles: Sequence[str] = (),
    parent: etree._Element | None = None,
) -> etree._Element:
    """A ds:Signature with an empty SignatureValue, appended to `parent` when there is one."""
    names = {"ds": DS, "xades": XADES}
    signature = (
        etree.Element(f"{{{DS}}}Signature", nsmap=names, Id=identifier)
        if parent is None
        else (etree.SubElement(parent, f"{{{DS}}}Signature", nsmap=names, Id=identifier))
    )
    info = add(signature, DS, "SignedInfo")
    add(signature, DS, "SignatureValue", Id=f"{identifier}-value")
    _key_info(signature, certificate)
    properties = _properties(signature, items, certificate, at=at, identifier=identifier, roles=roles)
    add(info, DS, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    add(info, DS, "SignatureMethod", Algorithm=address_of(algorithm))
    for number, item in enumerate(items, 1):
        reference = add(info, DS, "Reference", Id=f"{identifier}-reference-{number}", URI=item.uri)
        _digest(reference, item.digest, transforms=item.transforms)
    about = add(info, DS, "Reference", Type=SIGNED_PROPERTIES, URI=f"#{properties.get('Id')}")
    _digest(about, hash_of(canonicalise(properties, algorithm=EXCLUSIVE), hash_name="SHA-256"), transforms=(EXCLUSIVE,))
    return signature


def add(
    parent: etree._Element, namespace: str, name: str, text: str | None = None, **attributes: str
) -> etree._Element:
    """A new last child."""
    element = etree.SubElement(parent, f"{{{namespace}}}{name}", **attributes)  # type: ignore[arg-type]
    element.text = text
    return element


def base64_text(data: bytes) -> str:
    """Base64 in one line."""
    return base64.b64encode(data).decode("ascii")


def _digest(parent: etree._Element, value: bytes, *, transforms: Sequence[str] = ()) -> None:
    if transforms:
        steps = add(parent, DS, "Transforms")
        for transform in transforms:
            add(steps, DS, "Transform", Algorithm=transform)
    add(parent, DS, "DigestMethod", Algorithm=DIGEST_ADDRESSES["SHA-256"])
    add(parent, DS, "DigestValue", base64_text(value))


def _key_info(signature: etree._Element, certificate: x509.Certificate) -> None:
    data = add(add(signature, DS, "KeyInfo"), DS, "X509Data")
    add(data, DS, "X509Certificate", base64_text(certificate_der(certificate)))


def _properties(
    signature: etree._Element,
    items: Sequence[Item],
    certificate: x509.Certificate,
    *,
    at: datetime,
    identifier: str,
    roles: Sequence[str],
) -> etree._Element:
    qualifying = add(add(signature, DS, "Object"), XADES, "QualifyingProperties", Target=f"#{identifier}")
    properties = add(qualifying, XADES, "SignedProperties", Id=f"{identifier}-properties")
    own = add(properties, XADES, "SignedSignatureProperties")
    add(own, XADES, "SigningTime", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    cert = add(add(own, XADES, "SigningCertificateV2"), XADES, "Cert")
    _digest(add(cert, XADES, "CertDigest"), hash_of(certificate_der(certificate), hash_name="SHA-256"))
    if roles:
        claimed = add(add(own, XADES, "SignerRoleV2"), XADES, "ClaimedRoles")
        for role in roles:
            add(claimed, XADES, "ClaimedRole", role)
    about = add(properties, XADES, "SignedDataObjectProperties")
    for number, item in enumerate(items, 1):
        format_ = add(about, XADES, "DataObjectFormat", ObjectReference=f"#{identifier}-reference-{number}")
        add(format_, XADES, "MimeType", item.media_type)
    return properties
