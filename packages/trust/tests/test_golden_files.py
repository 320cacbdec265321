"""What trust services sign, byte for byte as it was reviewed: certificates, answers, tokens, containers, PDF."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms, ocsp, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from saola_trust import pdf
from saola_trust.certificates import Issuer, certificate_der, issue, issue_root
from saola_trust.containers import Document
from saola_trust.keystore import SoftwareSigner
from saola_trust.revocation import CertificateStatus, build_request, build_response, parse_request
from saola_trust.services.fakes import FakeTrust
from saola_trust.services.sealing import seal_pdf
from saola_trust.services.subjects import checked_subject, subject_name
from saola_trust.timestamps import issue as issue_timestamp
from saola_trust.timestamps import parse_request as parse_timestamp_request
from saola_trust.timestamps import request

Golden = Callable[[str, bytes], None]
AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
END = AT + timedelta(days=730)
# Keys for these tests only: their secrets are small numbers.
ROOT_KEY, ISSUING_KEY, OWN_KEY = (ec.derive_private_key(secret, ec.SECP256R1()) for secret in (101, 102, 103))
PERSON = {"common_name": "Example Person", "given_name": "Example", "surname": "Person", "country": "XX",
          "serial_number": "IDCXX-000000000001"}  # fmt: skip
MEMBER = {"instance": "EX-TEST", "member_class": "GOV", "member_code": "A01", "organisation": "Office A01",
          "country": "XX"}  # fmt: skip
SUBJECTS: dict[str, dict[str, str]] = {
    "person": PERSON,
    "official": {**PERSON, "organisation": "Example Office", "title": "Chair"},
    "seal": {"common_name": "Example Office", "organisation": "Example Office", "country": "XX",
             "organisation_identifier": "NTRXX-X01"},
    "authentication": {**MEMBER, "server_code": "S1"},
    "signing": MEMBER,
    "tls": {"common_name": "gateway.example", "organisation": "Example Office", "country": "XX"},
}  # fmt: skip
# A file of one empty page, written by hand: no other program's version changes it.
PDF_OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Resources << >> >>",
)


def name(common_name: str) -> x509.Name:
    return subject_name({"country": "XX", "organisation": "Example Authority", "common_name": common_name})


def root() -> x509.Certificate:
    return issue_root(key=ROOT_KEY, subject=name("root"), serial=1, not_before=AT, not_after=AT + timedelta(days=9000))


def issuing_ca() -> x509.Certificate:
    return issue(issuer=Issuer(root(), ROOT_KEY), profile="issuing-ca", key=ISSUING_KEY.public_key(),
                 subject=name("issuing"), serial=2, not_before=AT, not_after=AT + timedelta(days=4000))  # fmt: skip


def issuer() -> Issuer:
    return Issuer(issuing_ca(), ISSUING_KEY, "http://authority.example/ocsp", "http://authority.example/ca.crt")


def test_a_root_is_byte_for_byte_the_reviewed_one(golden_der: Golden) -> None:
    golden_der("certificate-root", certificate_der(root()))


def test_an_issuing_authority_is_byte_for_byte_the_reviewed_one(golden_der: Golden) -> None:
    golden_der("certificate-issuing-ca", certificate_der(issuing_ca()))


@pytest.mark.parametrize("profile", ["ocsp", "tsa", "list-operator"])
def test_a_certificate_of_a_trust_service_is_byte_for_byte_the_reviewed_one(profile: str, golden_der: Golden) -> None:
    made = issue(issuer=issuer(), profile=profile, key=OWN_KEY.public_key(), subject=name(profile), serial=3,
                 not_before=AT, not_after=END)  # type: ignore[arg-type] # fmt: skip

    golden_der(f"certificate-{profile}", certificate_der(made))


@pytest.mark.parametrize("asked", SUBJECTS)
def test_a_certificate_of_each_profile_is_byte_for_byte_the_reviewed_one(asked: str, golden_der: Golden) -> None:
    profile, subject = checked_subject(asked, SUBJECTS[asked])
    names = (x509.DNSName("gateway.example"),) if profile in {"authentication", "tls"} else ()
    made = issue(issuer=issuer(), profile=profile, key=OWN_KEY.public_key(), subject=subject_name(subject),
                 serial=0x1234567890ABCDEF, not_before=AT, not_after=END, names=names)  # fmt: skip

    golden_der(f"certificate-{profile}", certificate_der(made))


@pytest.mark.parametrize(
    ("status", "nonce"),
    [
        (CertificateStatus("good"), b"n" * 32),
        (CertificateStatus("revoked", AT - timedelta(days=1), "key_compromise"), None),
        (CertificateStatus("unknown"), None),
    ],
    ids=lambda value: getattr(value, "state", None),
)
def test_what_a_responder_signs_is_byte_for_byte_the_reviewed_answer(
    status: CertificateStatus, nonce: bytes | None, trust: FakeTrust, golden_der: Golden
) -> None:
    own = trust.person().certificate
    asked = parse_request(build_request(certificate=own, issuer=trust.issuer_of(own), nonce=nonce))
    made = build_response(question=asked, status=status, responder=trust.responders["public"], produced_at=AT,
                          this_update=AT, next_update=AT + timedelta(hours=1))  # fmt: skip
    basic = ocsp.OCSPResponse.load(made).basic_ocsp_response

    golden_der(f"ocsp-{status.state}", basic["tbs_response_data"].dump())


def test_what_a_time_stamping_authority_signs_is_byte_for_byte_the_reviewed_token(
    trust: FakeTrust, golden_der: Golden
) -> None:
    asked = request(bytes(range(32)), nonce=0x0123456789ABCDEF)
    answer = issue_timestamp(parse_timestamp_request(asked), authority=trust.tsa, at=AT, serial=7,
                             chain=[trust.issuers["government"].certificate])  # fmt: skip
    token = tsp.TimeStampResp.load(answer)["time_stamp_token"]
    signed = token["content"]

    golden_der("timestamp-request", asked)
    golden_der("timestamp-info", bytes(signed["encap_content_info"]["content"].contents))
    golden_der("timestamp-signed-attributes", signed["signer_infos"][0]["signed_attrs"].untag().dump())
    golden_der("timestamp-token", token.dump())


def test_a_container_holds_byte_for_byte_the_reviewed_entries(
    trust: FakeTrust, documents: list[Document], golden_zip: Golden
) -> None:
    golden_zip("container", trust.container(documents=documents, signers=[trust.person(), trust.seal()]))


def test_a_manifest_is_byte_for_byte_the_reviewed_one(
    trust: FakeTrust, documents: list[Document], golden: Golden
) -> None:
    with zipfile.ZipFile(io.BytesIO(trust.container(documents=documents, signers=[trust.person()]))) as archive:
        golden("manifest.xml", archive.read("META-INF/manifest.xml"))


def one_page() -> bytes:
    content, places = b"%PDF-1.7\n", []
    for number, written in enumerate(PDF_OBJECTS, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, table)
    ends = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, len(content))
    return content + head + ends


def official(trust: FakeTrust) -> SoftwareSigner:
    subject = {key: value for key, value in SUBJECTS["official"].items() if key != "country"}
    return trust.signer("official", "government", **subject)


def test_what_an_official_signs_in_a_pdf_is_byte_for_byte_the_reviewed(
    trust: FakeTrust, golden: Golden, golden_der: Golden
) -> None:
    prepared = pdf.prepare(one_page(), certificate=official(trust).certificate, at=AT, name="Example Person",
                           reason="Approved", location="Example Office")  # fmt: skip
    start, end = prepared.place

    # The room for the signature is left out: 16 kilobytes of zeros.
    golden("prepared.pdf", prepared.pdf[:start] + prepared.pdf[end:])
    golden_der("pdf-signed-attributes", prepared.to_be_signed)


def test_a_signed_pdf_is_byte_for_byte_the_reviewed_one(trust: FakeTrust, golden: Golden, golden_der: Golden) -> None:
    signer = official(trust)
    chain = [trust.issuers["government"].certificate]
    done = seal_pdf(one_page(), signer=signer, chain=chain, evidence=trust, at=AT)
    start, end = pdf.prepare(one_page(), certificate=signer.certificate, at=AT).place

    # Signature and appended proofs apart: the one to be read, the others (binary) by their digest.
    golden_der("pdf-signature", cms.ContentInfo.load(bytes.fromhex(done[start + 1 : end - 1].decode())).dump())
    golden("pdf-signed.sha256", f"{hashlib.sha256(done).hexdigest()} {len(done)}\n".encode())
