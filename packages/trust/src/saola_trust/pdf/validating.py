"""The verdict on a PDF: every signature fits its bytes, nothing forbidden came after it, and it is to be believed.

pyHanko reads the file and judges what was appended after a signature; whether the signer is to be
believed is decided by the same `validation.judge` as for containers.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.status import SignatureCoverageLevel

from saola_trust.certificates import facts_of, load_certificate
from saola_trust.certificates.algorithms import WEAK
from saola_trust.certificates.asn1 import algorithm_of, hash_name_of
from saola_trust.errors import MalformedCertificate, TrustError
from saola_trust.pdf.preparing import LARGEST
from saola_trust.trustlist import TrustedServices
from saola_trust.validation import Evidence, Refused, Report, SignatureReport, judge, overall

MOST_SIGNATURES, MOST_PROOFS = 50, 200
ACCEPTED = {"/ETSI.CAdES.detached", "/adbe.pkcs7.detached"}
WHOLE = {SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION}


def validate(data: bytes, *, trusted: TrustedServices, at: datetime) -> Report:
    """The report; never raises: a file that cannot be read is invalid. Signatures in the order of signing."""
    if len(data) > LARGEST:
        return Report("invalid", reason_code="trust.malformed_pdf", reason=f"the PDF is larger than {LARGEST} bytes")
    if not data.rstrip().endswith(b"%%EOF"):
        # Whatever stands behind the end is covered by nothing.
        return Report("invalid", reason_code="trust.malformed_pdf", reason="there are bytes after the end of the PDF")
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        signatures = list(reader.embedded_regular_signatures)
        if len(signatures) > MOST_SIGNATURES:
            return Report("invalid", reason_code="trust.malformed_pdf", reason="the PDF has too many signatures")
        certificates, responses = _proofs(reader)
    except Exception as exc:  # noqa: BLE001 - pyHanko raises whatever the broken bytes lead it into
        return Report(
            "invalid", reason_code="trust.malformed_pdf", reason=f"the PDF cannot be read: {type(exc).__name__}"
        )
    return overall([_signature(one, certificates, responses, trusted, at) for one in signatures])


def _signature(
    signature: Any, certificates: list[Any], responses: list[bytes], trusted: TrustedServices, at: datetime
) -> SignatureReport:
    certificate = facts = claimed = None
    try:
        certificate = load_certificate(signature.signer_cert.dump())
        facts, claimed = facts_of(certificate), signature.self_reported_timestamp
        whole = _check_integrity(signature)
        inside = [load_certificate(one.dump()) for one in signature.other_embedded_certs]
        evidence = Evidence(certificate, _stamps(signature), responses, [*certificates, *inside])
        judged = judge(evidence, trusted=trusted, at=at)
    except Refused as refused:
        return SignatureReport(refused.verdict, refused.code, refused.reason, facts, certificate, claimed_at=claimed)
    except TrustError as exc:
        return SignatureReport("invalid", exc.code, exc.detail, facts, certificate, claimed_at=claimed)
    except Exception as exc:  # noqa: BLE001 - pyHanko raises whatever the broken bytes lead it into
        reason = f"the signature cannot be checked: {type(exc).__name__}"
        return SignatureReport("invalid", "trust.malformed_signature", reason, facts, certificate, claimed_at=claimed)
    return SignatureReport("valid", "ok", "", facts, certificate, judged.signed_at, claimed, judged.level,
                           judged.qualified, covers_whole=whole)  # fmt: skip


def _check_integrity(signature: Any) -> bool:
    """Raise `Refused` unless signature and file fit; True when only proofs were appended after it."""
    if str(signature.sig_object.get("/SubFilter")) not in ACCEPTED:
        raise Refused("format", "this kind of PDF signature is not accepted")
    digest_algorithm = signature.signer_info["digest_algorithm"]
    algorithm = algorithm_of(signature.signer_info["signature_algorithm"], digest=digest_algorithm)
    if {hash_name_of(digest_algorithm), algorithm.hash_name} & WEAK:
        raise Refused("trust.algorithm_refused", "the signature uses a hash that is too weak")
    signature.compute_integrity_info()
    summary = signature.summarise_integrity_info()
    intact, fits = validate_sig_integrity(
        signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
    )
    if not intact or not fits:
        raise Refused("trust.signature_invalid", "the PDF was altered after signing, or the signature does not fit")
    level = getattr(summary["diff_result"], "modification_level", None)
    if (
        summary["coverage"] not in WHOLE
        or not summary["docmdp_ok"]
        or (level is None and summary["coverage"] is not (SignatureCoverageLevel.ENTIRE_FILE))
    ):
        raise Refused("changed_after_signing", "something was added to the PDF after signing that is not allowed")
    if level is not None and level > ModificationLevel.FORM_FILLING:
        raise Refused("changed_after_signing", "something was added to the PDF after signing that is not allowed")
    return level is None or level <= ModificationLevel.LTA_UPDATES


def _stamps(signature: Any) -> list[tuple[bytes, bytes]]:
    signer = signature.signer_info
    covered = bytes(signer["signature"].native)
    return [
        (token.dump(), covered)
        for attribute in (signer["unsigned_attrs"] or ())
        if attribute["type"].native == "signature_time_stamp_token"
        for token in attribute["values"]
    ]


def _proofs(reader: PdfFileReader) -> tuple[list[Any], list[bytes]]:
    try:
        store = DocumentSecurityStore.read_dss(handler=reader)
    except NoDSSFoundError:
        return [], []
    certificates = []
    for reference in list(store.certs.values())[:MOST_PROOFS]:
        try:
            certificates.append(load_certificate(reference.get_object().data))
        except MalformedCertificate:
            continue  # a helper; what is missing will be missed
    return certificates, [reference.get_object().data for reference in list(store.ocsps)[:MOST_PROOFS]]
