"""The answer of a responder, signed through a `Signer`, so that the key may lie anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from asn1crypto import core, ocsp

from saola_trust.certificates import algorithm_for_key, public_key_of
from saola_trust.certificates.asn1 import signed_digest_of, to_asn1
from saola_trust.keystore import Signer
from saola_trust.revocation.asking import Question

ErrorStatus = Literal["malformed_request", "internal_error", "try_later", "unauthorized"]


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """What the authority knows: `reason` is an asn1crypto CRLReason name such as ``key_compromise``."""

    state: Literal["good", "revoked", "unknown"]
    revoked_at: datetime | None = None
    reason: str = "unspecified"


def build_response(
    *,
    question: Question,
    status: CertificateStatus,
    responder: Signer,
    produced_at: datetime,
    this_update: datetime | None = None,
    next_update: datetime | None = None,
) -> bytes:
    """A successful OCSP response in DER with the responder's certificate in it; times are cut to seconds."""
    single: dict[str, Any] = {
        "cert_id": question.as_asn1(),
        "cert_status": _status(status),
        "this_update": (this_update or produced_at).replace(microsecond=0),
    }
    if next_update is not None:
        single["next_update"] = next_update.replace(microsecond=0)
    certificate = to_asn1(responder.certificate)
    data: dict[str, Any] = {
        "responder_id": ocsp.ResponderId(name="by_key", value=core.OctetString(certificate.public_key.sha1)),
        "produced_at": produced_at.replace(microsecond=0),
        "responses": [single],
    }
    if question.nonce is not None:
        data["response_extensions"] = [{"extn_id": "nonce", "critical": False, "extn_value": question.nonce}]
    signed = ocsp.ResponseData(data)
    algorithm = algorithm_for_key(public_key_of(responder.certificate))
    basic = ocsp.BasicOCSPResponse(
        {
            "tbs_response_data": signed,
            "signature_algorithm": signed_digest_of(algorithm),
            "signature": responder.sign(signed.dump(), algorithm=algorithm),
            "certs": [certificate],
        }
    )
    body = {"response_type": "basic_ocsp_response", "response": basic}
    return bytes(ocsp.OCSPResponse({"response_status": "successful", "response_bytes": body}).dump())


def build_error(status: ErrorStatus) -> bytes:
    """An unsigned OCSP answer that says only why there is none (RFC 6960 §2.3)."""
    return bytes(ocsp.OCSPResponse({"response_status": status}).dump())


def _status(status: CertificateStatus) -> ocsp.CertStatus:
    if status.state == "revoked":
        value = {"revocation_time": status.revoked_at, "revocation_reason": status.reason}
        return ocsp.CertStatus(name="revoked", value=ocsp.RevokedInfo(value))
    if status.state == "unknown":
        return ocsp.CertStatus(name="unknown", value=core.Null())
    return ocsp.CertStatus(name="good", value=core.Null())
