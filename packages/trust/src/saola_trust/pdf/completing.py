"""The second step: signature value, time stamp, certificates and OCSP answers go in; the file is level B-LT."""

from __future__ import annotations

import io
from collections.abc import Sequence

from asn1crypto import cms, ocsp
from cryptography import x509
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.validation.dss import DocumentSecurityStore

from saola_trust.certificates import algorithm_for_key, public_key_of, verify
from saola_trust.certificates.asn1 import reading, signed_digest_of, to_asn1
from saola_trust.errors import MalformedPdf
from saola_trust.pdf.appending import Appending
from saola_trust.pdf.preparing import PreparedPdf
from saola_trust.revocation import parse_response
from saola_trust.timestamps import read_token

SHA256 = {"algorithm": "sha256"}


def complete(
    *,
    prepared: PreparedPdf,
    signature_der: bytes,
    timestamp_token: bytes,
    ocsp_responses: Sequence[bytes],
    chain: Sequence[x509.Certificate],
) -> bytes:
    """The signed PDF. The time stamp is over the signature value (SHA-256 of `signature_der`).

    `chain`: the signer's issuers. Raises SignatureInvalid when the value does not fit, MalformedPdf
    when the prepared file was damaged, and the errors of `timestamps` and `revocation` for their parts.
    """
    key = public_key_of(prepared.certificate)
    verify(prepared.to_be_signed, signature=signature_der, key=key, algorithm=algorithm_for_key(key))
    content = _signed_data(prepared, signature_der, timestamp_token, chain)
    start, end = prepared.place
    if end - start - 2 < 2 * len(content):
        raise MalformedPdf("the room in the PDF is too small for the signature and its certificates")
    output = io.BytesIO(prepared.pdf)
    try:
        padded = PreparedByteRangeDigest(b"", start, end).fill_with_cms(output, content)
        _add_proofs(output, padded, timestamp_token, ocsp_responses, chain)
    except Exception as exc:
        raise MalformedPdf(f"the signature cannot be put into the PDF: {type(exc).__name__}") from exc
    return output.getvalue()


def _signed_data(
    prepared: PreparedPdf, signature: bytes, timestamp_token: bytes, chain: Sequence[x509.Certificate]
) -> bytes:
    certificate = to_asn1(prepared.certificate)
    key = public_key_of(prepared.certificate)
    with reading(MalformedPdf, "the prepared PDF"):
        attributes = cms.CMSAttributes.load(prepared.to_be_signed, strict=True)
        token = cms.ContentInfo.load(timestamp_token, strict=True)
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": {
                "issuer": certificate.issuer, "serial_number": certificate.serial_number}}),
            "digest_algorithm": SHA256,
            "signed_attrs": attributes,
            "signature_algorithm": signed_digest_of(algorithm_for_key(key)),
            "signature": signature,
            "unsigned_attrs": [{"type": "signature_time_stamp_token", "values": [token]}],
        }  # fmt: skip
        data = {
            "version": "v1",
            "digest_algorithms": [SHA256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate, *(to_asn1(one) for one in chain)],
            "signer_infos": [signer],
        }
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)}).dump())


def _add_proofs(
    output: io.BytesIO, contents: bytes, token: bytes, responses: Sequence[bytes], chain: Sequence[x509.Certificate]
) -> None:
    """The document security store (EN 319 142-1 §5.4.2.2): what a validation years later needs, in the file."""
    inside = [certificate for response in responses for certificate in parse_response(response).certificates]
    certificates = [*chain, *read_token(token).certificates, *inside]
    appending = Appending(output, said=contents)
    DocumentSecurityStore.supply_dss_in_writer(
        appending,
        contents.hex().upper().encode("ascii"),
        certs=[to_asn1(certificate) for certificate in dict.fromkeys(certificates)],
        ocsps=[ocsp.OCSPResponse.load(response) for response in responses],
    )
    appending.write_in_place()  # type: ignore[no-untyped-call]
