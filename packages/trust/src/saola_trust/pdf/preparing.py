"""The first step: the PDF with room for a signature, and the attributes that the signer signs."""

from __future__ import annotations

import io
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms, tsp
from cryptography import x509
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from saola_trust.certificates import certificate_der, hash_of, load_certificate
from saola_trust.errors import MalformedPdf
from saola_trust.pdf.appending import Appending

ROOM = 2 * 16 * 1024  # hexadecimal digits for the CMS: the signature, its certificates, the time stamp
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PreparedPdf:
    """A PDF with an empty place for one signature. Whoever holds the key signs `to_be_signed` (or its `digest`).

    It may be kept between the two steps: `dump` and `load`.
    """

    pdf: bytes = field(repr=False)
    place: tuple[int, int]  # where the room for the signature begins and ends in the file
    to_be_signed: bytes = field(repr=False)
    certificate: x509.Certificate

    @property
    def digest(self) -> bytes:
        """SHA-256 of the signed attributes: what a remote signer is asked to sign."""
        return hash_of(self.to_be_signed, hash_name="SHA-256")

    def dump(self) -> bytes:
        """Everything as bytes, to be kept until the signature is there."""
        head = {
            "format": "saola-prepared-pdf/1",
            "place": list(self.place),
            "to_be_signed": b64encode(self.to_be_signed).decode("ascii"),
            "certificate": b64encode(certificate_der(self.certificate)).decode("ascii"),
        }
        return json.dumps(head).encode("ascii") + b"\n" + self.pdf

    @classmethod
    def load(cls, data: bytes) -> PreparedPdf:
        """What `dump` gave; raises MalformedPdf for anything else."""
        head, _, pdf = data.partition(b"\n")
        try:
            parsed = json.loads(head)
            start, end = (int(number) for number in parsed["place"])
            signed = b64decode(parsed["to_be_signed"], validate=True)
            certificate = load_certificate(b64decode(parsed["certificate"], validate=True))
        except (ValueError, KeyError, TypeError) as exc:
            raise MalformedPdf("this is not a prepared PDF") from exc
        return cls(pdf, (start, end), signed, certificate)


def prepare(
    pdf: bytes,
    *,
    certificate: x509.Certificate,
    at: datetime,
    name: str | None = None,
    reason: str | None = None,
    location: str | None = None,
) -> PreparedPdf:
    """Make room for a signature of this certificate after all that is in the PDF.

    `at` is the claimed time; `name`, `reason` and `location` are shown by PDF readers. Raises MalformedPdf,
    also for encrypted files.
    """
    if len(pdf) > LARGEST:
        raise MalformedPdf(f"a PDF of {len(pdf)} bytes is larger than {LARGEST}")
    try:
        prepared, written = _with_room(pdf, at=at, name=name, reason=reason, location=location)
    except MalformedPdf:
        raise
    except Exception as exc:
        raise MalformedPdf(f"the PDF cannot be signed: {type(exc).__name__}") from exc
    return PreparedPdf(
        pdf=written,
        place=(prepared.reserved_region_start, prepared.reserved_region_end),
        to_be_signed=signed_attributes(prepared.document_digest, certificate),
        certificate=certificate,
    )


def signed_attributes(document_digest: bytes, certificate: x509.Certificate) -> bytes:
    """The DER of the attributes of a CAdES signature as PAdES wants them: no signing time (EN 319 142-1 §5.3)."""
    own = tsp.ESSCertIDv2({
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "cert_hash": hash_of(certificate_der(certificate), hash_name="SHA-256"),
    })  # fmt: skip
    attributes = cms.CMSAttributes([
        {"type": "content_type", "values": ["data"]},
        {"type": "message_digest", "values": [document_digest]},
        {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [own]})]},
    ])  # fmt: skip
    return bytes(attributes.dump())


def _with_room(
    pdf: bytes, *, at: datetime, name: str | None, reason: str | None, location: str | None
) -> tuple[Any, bytes]:
    said = json.dumps([at.isoformat(), name, reason, location]).encode("ascii")
    writer = Appending(io.BytesIO(pdf), said=said)
    if writer.prev.encrypted:
        raise MalformedPdf("an encrypted PDF cannot be signed")
    count = len(writer.prev.embedded_signatures)
    steps = PdfCMSEmbedder().write_cms(field_name=f"Signature{count + 1}", writer=writer)
    next(steps)
    place = SignatureObject(
        timestamp=at, name=name, reason=reason, location=location, subfilter=SigSeedSubFilter.PADES, bytes_reserved=ROOM
    )
    steps.send(SigObjSetup(sig_placeholder=place))
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256", output=io.BytesIO()))
    return prepared, output.getvalue()
