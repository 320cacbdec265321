"""The authority's side: a token over the digest asked for, signed through a `Signer`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp
from cryptography import x509

from saola_trust.certificates import algorithm_for_key, public_key_of
from saola_trust.certificates.algorithms import hash_of
from saola_trust.certificates.asn1 import signed_digest_of, to_asn1
from saola_trust.certificates.loading import certificate_der
from saola_trust.keystore import Signer
from saola_trust.timestamps.asking import Answer, TimestampRequest

POLICY = "0.4.0.2023.1.1"  # ETSI EN 319 421: baseline time-stamp policy
SHA256 = {"algorithm": "sha256"}


def issue(
    asked: TimestampRequest,
    *,
    authority: Signer,
    chain: Sequence[x509.Certificate],
    at: datetime,
    serial: int,
    accuracy_seconds: int = 1,
) -> bytes:
    """A granted TimeStampResp in DER. `chain`: the authority's issuers, given along when certificates are asked for."""
    info = _info(asked, at=at, serial=serial, accuracy_seconds=accuracy_seconds)
    content = info.dump()
    algorithm = algorithm_for_key(public_key_of(authority.certificate))
    attributes = _signed_attributes(content, authority.certificate, at=at)
    certificate = to_asn1(authority.certificate)
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": {
            "issuer": certificate.issuer, "serial_number": certificate.serial_number}}),
        "digest_algorithm": SHA256,
        "signed_attrs": attributes,
        "signature_algorithm": signed_digest_of(algorithm),
        "signature": authority.sign(attributes.dump(), algorithm=algorithm),
    }  # fmt: skip
    data: dict[str, Any] = {
        "version": "v3",
        "digest_algorithms": [SHA256],
        "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
        "signer_infos": [signer],
    }
    if asked.with_certificates:
        # The issuers go along: pyHanko cannot build the authority's path without them.
        data["certificates"] = [certificate, *(to_asn1(one) for one in chain)]
    token = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)})
    return bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())


def refuse(*, reason: str, failure: str = "bad_request") -> bytes:
    """A rejected TimeStampResp; `failure` is a name of PKIFailureInfo such as ``bad_alg``."""
    status = {"status": "rejection", "status_string": [reason], "fail_info": {failure}}
    return bytes(Answer({"status": status}).dump())


def _info(asked: TimestampRequest, *, at: datetime, serial: int, accuracy_seconds: int) -> tsp.TSTInfo:
    fields: dict[str, Any] = {
        "version": "v1",
        "policy": asked.policy or POLICY,
        "message_imprint": {
            "hash_algorithm": {"algorithm": asked.hash_name.replace("-", "").lower()},
            "hashed_message": asked.digest,
        },
        "serial_number": serial,
        "gen_time": at.replace(microsecond=0),
        "accuracy": {"seconds": accuracy_seconds},
    }
    if asked.nonce is not None:
        fields["nonce"] = asked.nonce
    return tsp.TSTInfo(fields)


def _signed_attributes(content: bytes, certificate: x509.Certificate, *, at: datetime) -> cms.CMSAttributes:
    # RFC 5816: which certificate signed is itself signed, by its SHA-256 digest.
    own = tsp.ESSCertIDv2({
        "hash_algorithm": algos.DigestAlgorithm(SHA256),
        "cert_hash": hash_of(certificate_der(certificate), hash_name="SHA-256"),
    })  # fmt: skip
    return cms.CMSAttributes([
        {"type": "content_type", "values": ["tst_info"]},
        {"type": "signing_time", "values": [cms.Time({"utc_time": at.replace(microsecond=0)})]},
        {"type": "message_digest", "values": [hash_of(content, hash_name="SHA-256")]},
        {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [own]})]},
    ])  # fmt: skip
