"""Reading a token, and believing it: over this data, by one of the authorities that are trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, tsp
from cryptography import x509

from saola_trust.certificates import (
    SignatureAlgorithm,
    extended_key_usages,
    load_certificate,
    public_key_of,
)
from saola_trust.certificates import verify as verify_value
from saola_trust.certificates.algorithms import WEAK, hash_of
from saola_trust.certificates.asn1 import algorithm_of, hash_name_of, reading
from saola_trust.certificates.loading import certificate_der
from saola_trust.errors import AlgorithmRefused, MalformedTimestamp, SignatureInvalid, TimestampInvalid

LARGEST_TOKEN = 256 * 1024
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What a token states. `at` is the time of the stamp; `certificates` are those inside, not yet trusted."""

    at: datetime
    serial: int
    hash_name: str
    digest: bytes
    nonce: int | None
    policy: str
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class _Signed:
    content: bytes
    attributes: bytes
    attribute_values: dict[str, Any]
    digest_name: str
    algorithm: SignatureAlgorithm
    signature: bytes


def read_token(token: bytes) -> Timestamp:
    """What the token states, unverified; raises MalformedTimestamp or AlgorithmRefused."""
    return _read(token)[0]


def verify(
    token: bytes,
    *,
    data: bytes | None = None,
    digest: bytes | None = None,
    authorities: Sequence[x509.Certificate],
    allow_weak: bool = False,
) -> tuple[Timestamp, x509.Certificate]:
    """The stamp and the authority that made it. Give the stamped `data`, or its `digest` in the token's hash.

    The signer must be one of `authorities`, exactly; its certificate must be for time stamping alone and
    valid at the time of the stamp. Raises MalformedTimestamp, TimestampInvalid or AlgorithmRefused.
    """
    stamp, signed = _read(token)
    if stamp.hash_name in WEAK and not allow_weak:
        raise AlgorithmRefused(f"time stamps over {stamp.hash_name} are not accepted")
    expected = digest if data is None else hash_of(data, hash_name=stamp.hash_name)
    if expected is None or expected != stamp.digest:
        raise TimestampInvalid("the time stamp is over other data (message imprint differs)")
    _check_attributes(signed)
    return stamp, _authority(stamp, signed, authorities)


def _authority(stamp: Timestamp, signed: _Signed, authorities: Sequence[x509.Certificate]) -> x509.Certificate:
    for authority in authorities:
        if not _names(signed, authority):
            continue
        try:
            verify_value(
                signed.attributes, signature=signed.signature, key=public_key_of(authority), algorithm=signed.algorithm
            )
        except SignatureInvalid as exc:
            raise TimestampInvalid("the signature of the time stamp does not fit") from exc
        if extended_key_usages(authority) != (TIME_STAMPING,):
            raise TimestampInvalid("the certificate of the authority is not for time stamping alone (RFC 3161 §2.3)")
        if not authority.not_valid_before_utc <= stamp.at <= authority.not_valid_after_utc:
            raise TimestampInvalid("the certificate of the authority was not valid at the time of the stamp")
        return authority
    raise TimestampInvalid("the time stamp is not from an authority that is trusted")


def _names(signed: _Signed, certificate: x509.Certificate) -> bool:
    """Whether the signed attributes name this certificate (RFC 5035 ESSCertID, RFC 5816 ESSCertIDv2)."""
    der = certificate_der(certificate)
    with reading(MalformedTimestamp, "the time stamp"):
        for name in ("signing_certificate_v2", "signing_certificate"):
            if name in signed.attribute_values:
                first = signed.attribute_values[name]["certs"][0]
                hash_name = hash_name_of(first["hash_algorithm"]) if name.endswith("v2") else "SHA-1"
                return hash_of(der, hash_name=hash_name) == bytes(first["cert_hash"].native)
    raise TimestampInvalid("the time stamp does not say which certificate signed it")


def _check_attributes(signed: _Signed) -> None:
    values = signed.attribute_values
    with reading(MalformedTimestamp, "the time stamp"):
        if "content_type" not in values or values["content_type"].native != "tst_info":
            raise TimestampInvalid("the signed attributes of the time stamp name another content")
        if "message_digest" not in values:
            raise TimestampInvalid("the signed attributes of the time stamp carry no digest")
        if bytes(values["message_digest"].native) != hash_of(signed.content, hash_name=signed.digest_name):
            raise TimestampInvalid("the content of the time stamp was altered")


def _read(token: bytes) -> tuple[Timestamp, _Signed]:
    if len(token) > LARGEST_TOKEN:
        raise MalformedTimestamp(f"a token of {len(token)} bytes is larger than {LARGEST_TOKEN}")
    with reading(MalformedTimestamp, "the time stamp"):
        outer = cms.ContentInfo.load(token, strict=True)
        data = outer["content"]
        if (
            outer["content_type"].native != "signed_data"
            or data["encap_content_info"]["content_type"].native != "tst_info"
        ):
            raise MalformedTimestamp("the token is not a time stamp")
        if len(data["signer_infos"]) != 1:
            raise MalformedTimestamp("a time stamp has exactly one signer")
        content = bytes(data["encap_content_info"]["content"])
        info = tsp.TSTInfo.load(content, strict=True)
        return _stated(info, data), _signed(content, data["signer_infos"][0])


def _stated(info: tsp.TSTInfo, data: cms.SignedData) -> Timestamp:
    imprint = info["message_imprint"]
    choices = data["certificates"] or ()
    return Timestamp(
        at=info["gen_time"].native,
        serial=info["serial_number"].native,
        hash_name=hash_name_of(imprint["hash_algorithm"]),
        digest=bytes(imprint["hashed_message"].native),
        nonce=info["nonce"].native,
        policy=info["policy"].native,
        certificates=tuple(load_certificate(c.chosen.dump()) for c in choices if c.name == "certificate"),
    )


def _signed(content: bytes, signer: cms.SignerInfo) -> _Signed:
    attributes = signer["signed_attrs"]
    values: dict[str, Any] = {}
    for attribute in attributes:
        name = attribute["type"].native
        if name in values or len(attribute["values"]) != 1:
            raise ValueError(f"the signed attribute {name} is not there exactly once")
        values[name] = attribute["values"][0]
    # RFC 5652 §5.4: what is signed carries the tag SET OF instead of the [0] it has in the message.
    return _Signed(
        content=content,
        attributes=b"\x31" + attributes.dump()[1:],
        attribute_values=values,
        digest_name=hash_name_of(signer["digest_algorithm"]),
        algorithm=algorithm_of(signer["signature_algorithm"], digest=signer["digest_algorithm"]),
        signature=bytes(signer["signature"].native),
    )
