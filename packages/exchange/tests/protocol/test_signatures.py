"""Signatures of messages: golden bytes to be signed, round trips, and everything that must be refused."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from saola_exchange.errors import ProtocolError
from saola_exchange.protocol import signature
from saola_exchange.protocol.parts import HASH_CHAIN, ContentPart, DigestPart, Part, message_parts
from saola_exchange.protocol.signature import MalformedSignature, MessageSignature, SignatureRefused
from saola_trust.certificates import Issuer, SignatureAlgorithm, certificate_der, issue_root
from saola_trust.keystore import FakeSigner, SoftwareSigner
from saola_trust.signatures import xmldsig

AT = datetime(2026, 6, 1, 8, 0, 0, 123000, tzinfo=UTC)
SIGNER = FakeSigner("a member")
HEAD = b"GET\r\n/r1/EX/GOV/B02/register/persons\r\nX-Road-Client:EX/GOV/A01/portal\r\n"
BODY_DIGEST = hashlib.sha512(b"body").digest()
ALONE = message_parts(head=HEAD, body_digest=None)
WITH_BODY = message_parts(head=HEAD, body_digest=BODY_DIGEST)


class RecordingSigner:
    """A signer that keeps what it signed."""

    def __init__(self) -> None:
        self.certificate = SIGNER.certificate
        self.signed: list[bytes] = []

    def sign(self, data: bytes, *, algorithm: SignatureAlgorithm | None = None) -> bytes:
        self.signed.append(data)
        return SIGNER.sign(data, algorithm=algorithm)


def sign(*messages: tuple[Part, ...], signer: SoftwareSigner = SIGNER) -> tuple[MessageSignature, ...]:
    return signature.sign(messages=messages, signer=signer, ocsp_responses=[b"ocsp"], at=AT)


def test_the_bytes_to_be_signed_are_these() -> None:
    recording = RecordingSigner()
    signature.sign(messages=[ALONE], signer=recording, ocsp_responses=[b"ocsp"], at=AT)
    digest = xmldsig.DIGEST_ADDRESSES["SHA-512"]
    (signed,) = recording.signed
    properties = re.search(rb"#signed-properties.*<ds:DigestValue>([^<]+)<", signed)
    assert properties is not None
    assert signed.decode() == (
        '<ds:SignedInfo xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
        ' xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315">'
        "</ds:CanonicalizationMethod>"
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"></ds:SignatureMethod>'
        '<ds:Reference Id="signature-reference-0" URI="/message.xml">'
        f'<ds:DigestMethod Algorithm="{digest}"></ds:DigestMethod>'
        f"<ds:DigestValue>{_base64(hashlib.sha512(HEAD).digest())}</ds:DigestValue></ds:Reference>"
        '<ds:Reference Id="signature-reference-1" Type="http://uri.etsi.org/01903#SignedProperties"'
        f' URI="#signed-properties"><ds:DigestMethod Algorithm="{digest}"></ds:DigestMethod>'
        f"<ds:DigestValue>{properties.group(1).decode()}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )


def test_the_same_input_gives_the_same_signature() -> None:
    assert sign(ALONE) == sign(ALONE)


def test_what_is_written_as_canonical_is_what_another_canonicaliser_finds() -> None:
    recording = RecordingSigner()
    (made,) = signature.sign(messages=[ALONE], signer=recording, ocsp_responses=[b"ocsp"], at=AT)
    root = etree.fromstring(made.xml)
    info = root.find(".//{*}SignedInfo")
    assert info is not None
    assert etree.tostring(info, method="c14n") == recording.signed[0]


def test_our_signatures_fit_the_schema(reference_data: Path) -> None:
    folder = reference_data / "xroad/asic/schemas"
    schema = etree.XMLSchema(etree.parse(folder / "xmldsig-core-schema.xsd"))
    xades = etree.XMLSchema(etree.parse(folder / "xades-schema.xsd"))
    made = signature.sign(
        messages=[WITH_BODY], signer=SIGNER, ocsp_responses=[b"o"], at=AT, intermediates=[SIGNER.certificate]
    )
    root = etree.fromstring(signature.add_timestamp(made[0].xml, token=b"t"))
    schema.assertValid(root[0])
    qualifying = root.find(".//{*}QualifyingProperties")
    assert qualifying is not None
    xades.assertValid(qualifying)


@pytest.mark.parametrize("parts", [ALONE, WITH_BODY])
def test_a_signed_message_is_believed(parts: tuple[Part, ...]) -> None:
    (made,) = sign(parts)
    verified = signature.verify(made, parts=parts)
    assert verified.certificate == SIGNER.certificate
    assert verified.signed_at == AT
    assert verified.ocsp_responses == (b"ocsp",)
    assert (made.hash_chain is None) == (len(parts) == 1)


def test_an_rsa_key_signs_as_well() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    root = issue_root(
        key=key, subject=SIGNER.certificate.subject, serial=7, not_before=AT, not_after=AT.replace(year=2030)
    )
    signer = SoftwareSigner(root, Issuer(root, key).key)
    (made,) = sign(ALONE, signer=signer)
    assert signature.verify(made, parts=ALONE).certificate == root


def test_every_message_of_a_batch_is_believed_with_its_own_chain_only() -> None:
    messages = [ALONE, WITH_BODY, message_parts(head=b"other", body_digest=None)]
    made = sign(*messages)
    assert len({one.xml for one in made}) == 1
    for one, parts in zip(made, messages, strict=True):
        assert signature.verify(one, parts=parts)
    with pytest.raises(ProtocolError):
        signature.verify(dataclasses.replace(made[0], hash_chain=made[1].hash_chain), parts=ALONE)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_changed_byte_of_a_signed_message_is_refused(data: st.DataObject) -> None:
    parts = data.draw(st.sampled_from([ALONE, WITH_BODY]))
    (made,) = sign(parts)
    head = bytearray(HEAD)
    head[data.draw(st.integers(0, len(head) - 1))] ^= data.draw(st.integers(1, 255))
    changed = (ContentPart("/message.xml", bytes(head)), *parts[1:])
    with pytest.raises(ProtocolError):
        signature.verify(made, parts=changed)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_changed_byte_of_a_signature_is_refused_or_changes_nothing_that_counts(data: st.DataObject) -> None:
    (made,) = sign(WITH_BODY)
    xml = bytearray(made.xml)
    xml[data.draw(st.integers(0, len(xml) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(ProtocolError):
        verified = signature.verify(dataclasses.replace(made, xml=bytes(xml)), parts=WITH_BODY)
        assert (verified.certificate, verified.signed_at) == (SIGNER.certificate, AT)


def test_a_changed_or_missing_or_added_body_is_refused() -> None:
    (made,) = sign(WITH_BODY)
    other = (WITH_BODY[0], DigestPart("/attachment1", hashlib.sha512(b"other").digest()))
    for parts in (other, WITH_BODY[:1], (*WITH_BODY, DigestPart("/attachment2", BODY_DIGEST))):
        with pytest.raises(MalformedSignature):
            signature.verify(made, parts=parts)


def test_a_body_that_no_reference_covers_is_refused() -> None:
    """X-Road's verifier accepts this (known there): the signature covers the head alone."""
    (made,) = sign(ALONE)
    with pytest.raises(MalformedSignature):
        signature.verify(made, parts=WITH_BODY)


def test_a_certificate_that_the_signed_properties_do_not_name_is_refused() -> None:
    """Another certificate of the same key verifies the value, but is not who signed."""
    (made,) = sign(ALONE)
    twin = FakeSigner("a member", profile="authentication")
    assert twin.certificate.public_key() == SIGNER.certificate.public_key()
    exchanged = made.xml.replace(_certificate(SIGNER), _certificate(twin))
    assert exchanged != made.xml
    with pytest.raises(MalformedSignature):
        signature.verify(MessageSignature(exchanged), parts=ALONE)


def _swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(old, new)


@pytest.mark.parametrize(
    "change",
    [
        _swap(b'URI="/message.xml"', b'URI="/other.xml"'),
        _swap(b'URI="#signed-properties"', b'URI="#signature-value"'),
        _swap(b'Type="http://uri.etsi.org/01903#SignedProperties"', b'Type="x"'),
        _swap(b'Target="#signature"', b'Target="#other"'),
        _swap(b"</ds:Signature>", b'</ds:Signature><ds:Signature Id="x"/>'),
        _swap(b"</ds:Object>", b'</ds:Object><ds:Object Id="signed-properties"/>'),
        _swap(b"<ds:KeyInfo>", b"<ds:Foo/><ds:KeyInfo>"),
        _swap(b"ecdsa-sha512", b"ecdsa-sha1"),
        _swap(b"xmlenc#sha512", b"xmldsig-more#sha224"),
        _swap(b"<ds:Reference Id", b"<ds:Reference><ds:Transforms/></ds:Reference><ds:Reference Id"),
        lambda xml: re.sub(rb"<xades:RevocationValues>.*</xades:RevocationValues>", b"", xml),
        lambda xml: b"<!DOCTYPE x>" + xml.partition(b"?>")[2],
        lambda xml: xml[: len(xml) // 2],
        lambda _: b"",
    ],
)
def test_a_signature_of_another_form_is_refused(change: Callable[[bytes], bytes]) -> None:
    (made,) = sign(ALONE)
    changed = change(made.xml)
    assert changed != made.xml
    with pytest.raises(ProtocolError):
        signature.verify(MessageSignature(changed), parts=ALONE)


def test_a_transform_on_a_part_is_refused() -> None:
    (made,) = sign(ALONE)
    transforms = f'<ds:Transforms><ds:Transform Algorithm="{xmldsig.C14N}"></ds:Transform></ds:Transforms>'
    changed = made.xml.replace(b'URI="/message.xml">', f'URI="/message.xml">{transforms}'.encode())
    with pytest.raises(MalformedSignature):
        signature.verify(MessageSignature(changed), parts=ALONE)


def test_a_time_stamp_stands_first_and_breaks_nothing() -> None:
    (made,) = sign(WITH_BODY)
    stamped = dataclasses.replace(made, xml=signature.add_timestamp(made.xml, token=b"token"))
    assert signature.verify(stamped, parts=WITH_BODY).timestamps == (b"token",)
    assert signature.stamped_value(stamped.xml) == signature.stamped_value(made.xml)
    place = etree.fromstring(stamped.xml).find(".//{*}UnsignedSignatureProperties")
    assert place is not None
    assert etree.QName(place[0]).localname == "SignatureTimeStamp"


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise_anything_undeclared(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        signature.read_signature(data)


def test_the_reference_signatures_are_judged_as_expected(reference_data: Path) -> None:
    """Whose certificate it is and when it counts is judged elsewhere; here: form, coverage, values."""
    folder = reference_data / "xroad/hashchain/signatures"
    for case in json.loads((folder.parent / "cases.json").read_text())["signatures"]:
        expected = case.get("error_code", "valid")
        assert _judge(folder, case) == ("valid" if expected == "incorrect_certificate" else expected), case


def _judge(folder: Path, case: dict) -> str:  # type: ignore[type-arg]
    described = case.get("parts", {"/message.xml": "message-0.xml"})
    parts = [ContentPart(name, _content(folder, text)) for name, text in described.items()]
    chains = {HASH_CHAIN: (folder / case["hash_chain"]).read_bytes()} if "hash_chain" in case else {}
    result = (folder / case["hash_chain_result"]).read_bytes() if chains else None
    try:
        document = signature.read_signature((folder / case["file"]).read_bytes())
        signature.verify_document(document, parts=parts, hash_chain_result=result, documents=chains)
    except ProtocolError as exc:
        return exc.code
    return "valid"


def _content(folder: Path, text: str) -> bytes:
    if text.startswith("the text "):
        return text.removeprefix("the text ").encode()
    if text.startswith("one byte "):
        return bytes([int(text.removeprefix("one byte "), 16)])
    return (folder / text.partition(" (")[0]).read_bytes()


def _certificate(signer: SoftwareSigner) -> bytes:
    return _base64(certificate_der(signer.certificate)).encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_wrong_value_is_named_as_such() -> None:
    (made,) = sign(ALONE)
    (other,) = signature.sign(messages=[ALONE], signer=SIGNER, ocsp_responses=[b"ocsp"], at=AT.replace(year=2027))
    value = re.compile(rb"(<ds:SignatureValue[^>]*>)([^<]*)")
    wrong = value.search(other.xml)
    assert wrong is not None
    with pytest.raises(SignatureRefused) as refused:
        signature.verify(MessageSignature(value.sub(rb"\g<1>" + wrong.group(2), made.xml)), parts=ALONE)
    assert refused.value.code == "invalid_signature_value"
