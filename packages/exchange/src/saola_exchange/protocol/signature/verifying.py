"""Checking signatures: they cover exactly the parts of the message, and the values fit.

Stricter than X-Road's verifier on purpose. That one accepts a message whose body no reference
covers, and does not compare the certificate with the one in the signed properties. Here the
references are exactly the expected ones, and every part is covered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from saola_trust.certificates import public_key_of
from saola_trust.errors import AlgorithmRefused, MalformedCertificate, SignatureInvalid
from saola_trust.errors import MalformedSignature as MalformedInTrust
from saola_trust.signatures import xmldsig

from saola_exchange.errors import ProtocolError
from saola_exchange.protocol import hashchain
from saola_exchange.protocol.parts import DIGESTS, HASH_CHAIN, HASH_CHAIN_RESULT, MESSAGE, ContentPart, Part, names
from saola_exchange.protocol.signature.building import MessageSignature
from saola_exchange.protocol.signature.reading import MalformedSignature, SignedDocument, read_signature

_URIS = {name: uri for uri, name in DIGESTS.items()}


class SignatureRefused(ProtocolError):
    """The signature does not fit what it should have signed."""

    code = "invalid_signature_value"
    fault = "peer"
    remedy = "The message was changed after it was signed, or signed by somebody else; nothing of it counts."


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """A signature that fits. Whether `certificate` may be believed is still to be judged."""

    certificate: x509.Certificate
    intermediates: tuple[x509.Certificate, ...]
    ocsp_responses: tuple[bytes, ...]
    timestamps: tuple[bytes, ...]
    signed_at: datetime
    unverified: tuple[hashchain.Unverified, ...] = ()


def verify(signature: MessageSignature, *, parts: Sequence[Part]) -> VerifiedSignature:
    """Check the signature of a message from its parts (`message_parts`), as a gateway does.

    Raises MalformedXml, MalformedSignature, SignatureRefused, HashChainInvalid, MalformedHashChain,
    UnsupportedDigest; all are ProtocolError.
    """
    document = read_signature(signature.xml)
    require_reference_to_message(document)
    documents = {} if signature.hash_chain is None else {HASH_CHAIN: signature.hash_chain}
    return verify_document(document, parts=parts, hash_chain_result=signature.hash_chain_result, documents=documents)


def require_reference_to_message(document: SignedDocument) -> None:
    """Refuse a signature that refers neither to the message nor to a hash chain result. Raises MalformedSignature."""
    if not (document.refers_to(MESSAGE) or document.refers_to(HASH_CHAIN_RESULT)):
        raise MalformedSignature("the signature refers neither to the message nor to a hash chain")


def verify_document(
    document: SignedDocument,
    *,
    parts: Sequence[Part],
    hash_chain_result: bytes | None,
    documents: Mapping[str, bytes],
    allow_missing: bool = False,
) -> VerifiedSignature:
    """The same for a parsed signature; `documents` are hash chains by the URI that refers to them.

    With `allow_missing`, parts that a hash chain covers but that are not at hand are reported, not refused.
    """
    unverified = check_coverage(
        document, parts=parts, hash_chain_result=hash_chain_result, documents=documents, allow_missing=allow_missing
    )
    check_values(document, parts=parts, hash_chain_result=hash_chain_result)
    return VerifiedSignature(
        certificate=document.certificate,
        intermediates=document.intermediates,
        ocsp_responses=document.ocsp_responses,
        timestamps=document.timestamps,
        signed_at=document.signed_at,
        unverified=unverified,
    )


def check_coverage(
    document: SignedDocument,
    *,
    parts: Sequence[Part],
    hash_chain_result: bytes | None,
    documents: Mapping[str, bytes],
    allow_missing: bool,
) -> tuple[hashchain.Unverified, ...]:
    """Check that the references are exactly those that cover every part; give the covered but missing parts."""
    uris = [reference.uri for reference in document.references]
    if any(reference.transforms for reference in document.references):
        raise MalformedSignature("a reference to a part has transforms")
    if HASH_CHAIN_RESULT not in uris:
        if sorted(uris, key=str) != sorted(part.name for part in parts):
            shown = ", ".join(str(uri)[:100] for uri in uris)
            raise MalformedSignature(f"the signature covers {shown or 'nothing'}, but the message is {names(parts)}")
        return ()
    if len(uris) != 1 or hash_chain_result is None:
        raise MalformedSignature("a signature over a hash chain refers to its result and to nothing else")
    try:
        return hashchain.verify(
            result=hash_chain_result, documents=documents, inputs=parts, allow_missing=allow_missing
        )
    except (hashchain.HashChainInvalid, hashchain.MalformedHashChain) as exc:
        code = f"{MalformedSignature.code}.{exc.code}"
        raise MalformedSignature(exc.detail, code=code, remedy=exc.remedy) from exc


def check_values(document: SignedDocument, *, parts: Sequence[Part], hash_chain_result: bytes | None) -> None:
    """Check every digest and the signature value. Raises SignatureRefused, MalformedSignature."""
    contents: dict[str | None, Part] = {part.name: part for part in parts}
    if hash_chain_result is not None:
        contents[HASH_CHAIN_RESULT] = ContentPart(HASH_CHAIN_RESULT, hash_chain_result)
    for reference in document.references:
        digest = contents[reference.uri].digest(_URIS[_hash_name(reference.digest_name)])
        if digest != reference.digest:
            raise SignatureRefused(f"{reference.uri} is not what was signed")
    try:
        properties = xmldsig.referenced_bytes(document.properties, reference=document.properties_reference)
        xmldsig.check_reference(properties, reference=document.properties_reference)
        key = public_key_of(document.certificate)
        xmldsig.verify_value(document.info.canonical, value=document.value, key=key, algorithm=document.info.algorithm)
    except (SignatureInvalid, AlgorithmRefused) as exc:
        raise SignatureRefused(exc.detail) from exc
    except (MalformedInTrust, MalformedCertificate) as exc:
        raise MalformedSignature(exc.detail) from exc


def _hash_name(name: str) -> str:
    """``SHA-512`` as `parts` calls it."""
    return name.replace("-", "").lower()
