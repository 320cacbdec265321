"""The question: which certificate, named by hashes of its issuer and its serial number (CertID)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from asn1crypto import core, ocsp
from cryptography import x509

from saola_trust.certificates.algorithms import hash_of
from saola_trust.certificates.asn1 import hash_name_of, reading, to_asn1
from saola_trust.errors import MalformedRevocation

LARGEST_REQUEST = 16 * 1024
NONCE = "1.3.6.1.5.5.7.48.1.2"


@dataclass(frozen=True, slots=True)
class Question:
    """One certificate that is asked about. `nonce` is the DER content of the nonce extension, or None."""

    hash_name: str
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int
    nonce: bytes | None = None

    def names(self, issuer: x509.Certificate) -> bool:
        """Whether the question is about a certificate of this issuer."""
        expected = question_for(serial_number=self.serial_number, issuer=issuer, hash_name=self.hash_name)
        return (expected.issuer_name_hash, expected.issuer_key_hash) == (self.issuer_name_hash, self.issuer_key_hash)

    def as_asn1(self) -> ocsp.CertId:
        """The CertID structure."""
        return ocsp.CertId(
            {
                "hash_algorithm": {"algorithm": self.hash_name.replace("-", "").lower()},
                "issuer_name_hash": self.issuer_name_hash,
                "issuer_key_hash": self.issuer_key_hash,
                "serial_number": self.serial_number,
            }
        )


def question_for(
    *, serial_number: int, issuer: x509.Certificate, hash_name: str = "SHA-1", nonce: bytes | None = None
) -> Question:
    """The question about one serial number of an issuer; SHA-1 names, not protects, and all peers know it."""
    structure = to_asn1(issuer)
    name = hash_of(structure.subject.dump(), hash_name=hash_name)
    key = hash_of(bytes(structure.public_key["public_key"]), hash_name=hash_name)
    return Question(hash_name, name, key, serial_number, nonce)


def build_request(
    *, certificate: x509.Certificate, issuer: x509.Certificate, hash_name: str = "SHA-1", nonce: bytes | None = None
) -> bytes:
    """An OCSP request in DER; `nonce` is random bytes (RFC 8954: 32), or None for none."""
    question = question_for(serial_number=certificate.serial_number, issuer=issuer, hash_name=hash_name)
    request: dict[str, object] = {"request_list": [{"req_cert": question.as_asn1()}]}
    if nonce is not None:
        request["request_extensions"] = [{"extn_id": "nonce", "critical": False, "extn_value": nonce}]
    return bytes(ocsp.OCSPRequest({"tbs_request": request}).dump())


def parse_request(data: bytes) -> Question:
    """The one question of a request; raises MalformedRevocation, also for requests about several certificates."""
    if len(data) > LARGEST_REQUEST:
        raise MalformedRevocation(f"an OCSP request of {len(data)} bytes is larger than {LARGEST_REQUEST}")
    with reading(MalformedRevocation, "the OCSP request"):
        request = ocsp.OCSPRequest.load(data, strict=True)
        items = request["tbs_request"]["request_list"]
        if len(items) != 1:
            raise MalformedRevocation(f"one certificate can be asked about at a time, not {len(items)}")
        question = read_certificate_id(items[0]["req_cert"])
        return replace(question, nonce=read_nonce(request["tbs_request"]["request_extensions"]))


def read_certificate_id(identifier: ocsp.CertId) -> Question:
    """A CertID structure as a Question without nonce."""
    return Question(
        hash_name=hash_name_of(identifier["hash_algorithm"]),
        issuer_name_hash=bytes(identifier["issuer_name_hash"].native),
        issuer_key_hash=bytes(identifier["issuer_key_hash"].native),
        serial_number=int(identifier["serial_number"].native),
    )


class _Extension(core.Sequence):  # type: ignore[misc]
    """An extension whose value is left as bytes: asn1crypto would insist on the shape of RFC 8954."""

    _fields = [  # noqa: RUF012
        ("extn_id", core.ObjectIdentifier),
        ("critical", core.Boolean, {"default": False}),
        ("extn_value", core.OctetString),
    ]


class _Extensions(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Extension


def read_nonce(extensions: Any) -> bytes | None:
    """The nonce among the extensions, or None. RFC 8954 wraps it into an OCTET STRING; older peers do not."""
    if not isinstance(extensions, core.SequenceOf):
        return None
    for extension in _Extensions.load(extensions.untag().dump(), strict=True):
        if extension["extn_id"].native == NONCE:
            raw = bytes(extension["extn_value"].native)
            wrapped = len(raw) > 1 and raw[0] == 0x04 and raw[1] == len(raw) - 2
            return raw[2:] if wrapped else raw
    return None
