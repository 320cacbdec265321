"""XAdES: written as it was reviewed, and refused when any part of it is changed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from saola_trust.certificates import certificate_pem
from saola_trust.containers import Document
from saola_trust.errors import MalformedSignature, SignatureInvalid
from saola_trust.keystore import FakeSigner
from saola_trust.services.fakes import FakeTrust
from saola_trust.signatures import complete, extend_lt, prepare, read_signatures, sign, sign_enveloped, verify_enveloped
from saola_trust.signatures.reading import check_signed_properties, check_value

AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
Golden = Callable[[str, bytes], None]


def test_a_signature_file_is_byte_for_byte_the_reviewed_one(
    trust: FakeTrust, documents: list[Document], golden: Golden
) -> None:
    golden("level-b.xml", sign(documents=documents, signer=trust.person(), at=AT, roles=["applicants"]))


def test_what_is_signed_is_byte_for_byte_the_reviewed_canonical_form(
    trust: FakeTrust, documents: list[Document], golden: Golden
) -> None:
    golden("signed-info.xml", prepare(documents=documents, certificate=trust.person().certificate, at=AT).to_be_signed)


def test_a_signed_trusted_list_is_byte_for_byte_the_reviewed_one(trust: FakeTrust, golden: Golden) -> None:
    golden("trusted-list.xml", trust.trusted_list())


def test_a_value_of_another_key_is_refused_when_the_signature_is_completed(
    trust: FakeTrust, documents: list[Document]
) -> None:
    unsigned = prepare(documents=documents, certificate=trust.person().certificate, at=AT)

    with pytest.raises(SignatureInvalid):
        complete(unsigned=unsigned, signature_der=trust.seal().sign(unsigned.to_be_signed))


def test_nothing_cannot_be_signed(trust: FakeTrust) -> None:
    with pytest.raises(MalformedSignature):
        prepare(documents=[], certificate=trust.person().certificate, at=AT)


def test_a_signature_cannot_be_extended_twice(trust: FakeTrust, documents: list[Document]) -> None:
    once = trust.signature(documents=documents, signer=trust.person())

    with pytest.raises(MalformedSignature):
        extend_lt(signature_xml=once, timestamp_token=b"", ocsp_responses=[], chain=[])


@pytest.mark.parametrize(
    "path",
    [
        ".//{*}SigningTime",
        ".//{*}SignedInfo/{*}Reference/{*}DigestValue",
        ".//{*}SignatureValue",
        ".//{*}SigningCertificateV2//{*}DigestValue",
        ".//{*}DataObjectFormat/{*}MimeType",
    ],
)
def test_a_change_in_any_signed_part_is_noticed(trust: FakeTrust, documents: list[Document], path: str) -> None:
    root = etree.fromstring(sign(documents=documents, signer=trust.person(), at=AT))
    node = root.find(path)
    assert node is not None
    assert node.text
    node.text = ("A" if node.text[0] != "A" else "B") + node.text[1:] if "Time" not in path else "2025-06-01T08:00:00Z"

    with pytest.raises(SignatureInvalid):
        check(etree.tostring(root))


def test_another_certificate_in_key_info_is_refused(trust: FakeTrust, documents: list[Document]) -> None:
    own = sign(documents=documents, signer=trust.person(), at=AT)
    other = sign(documents=documents, signer=trust.seal(), at=AT)
    root, donor = etree.fromstring(own), etree.fromstring(other)
    target, source = root.find(".//{*}X509Certificate"), donor.find(".//{*}X509Certificate")
    assert target is not None
    assert source is not None
    target.text = source.text

    with pytest.raises(SignatureInvalid):
        check(etree.tostring(root))


def check(xml: bytes) -> None:
    [signature] = read_signatures(xml)
    check_value(signature)
    check_signed_properties(signature)


def test_an_enveloped_signature_covers_the_document_and_refuses_an_added_element() -> None:
    signer = FakeSigner("operator", profile="list-operator")
    signed = sign_enveloped(b"<list><entry>1</entry>\n tail</list>", signer=signer, at=AT)
    root, at = verify_enveloped(signed, certificates=[signer.certificate])

    assert (root.findtext("entry"), at) == ("1", AT)
    with pytest.raises(SignatureInvalid):
        verify_enveloped(signed.replace(b"</entry>", b"</entry><entry>2</entry>"), certificates=[signer.certificate])
    with pytest.raises(SignatureInvalid):
        verify_enveloped(signed, certificates=[FakeSigner("other").certificate])


def test_signxml_accepts_our_signature_and_refuses_a_changed_one(
    trust: FakeTrust, documents: list[Document], tmp_path: Path
) -> None:
    signxml = pytest.importorskip("signxml")
    signer = FakeSigner("operator", profile="list-operator")
    signed = sign_enveloped(b"<list><entry>1</entry></list>", signer=signer, at=AT)
    configuration = signxml.verifier.SignatureConfiguration(expect_references=2)
    verifier = signxml.XMLVerifier()

    verified = verifier.verify(signed, x509_cert=certificate_pem(signer.certificate), expect_config=configuration)

    assert len(verified) == 2
    with pytest.raises(signxml.exceptions.InvalidDigest):
        verifier.verify(
            signed.replace(b">1<", b">2<"), x509_cert=certificate_pem(signer.certificate), expect_config=configuration
        )


def test_xmlsec1_accepts_our_trusted_list_and_refuses_a_changed_one(
    trust: FakeTrust, tmp_path: Path, program: Callable[[str], str]
) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_bytes(trust.trusted_list())
    bad.write_bytes(trust.trusted_list().replace(b"Example Operator", b"Another Operator", 1))

    def verdict(path: Path) -> int:
        command = [program("xmlsec1"), "--verify", "--insecure", "--id-attr:Id",
                   "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", path]  # fmt: skip
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode

    assert verdict(good) == 0
    assert verdict(bad) != 0
