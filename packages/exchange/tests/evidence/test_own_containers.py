"""Containers that we build: every shape is judged valid, and every change to one is found."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saola_exchange.evidence import (
    BatchTimestamp,
    ContainerLimits,
    EvidenceContent,
    NotAContainer,
    Report,
    build_container,
    container_name,
    verify_container,
)
from saola_exchange.globalconf.fakes import FakeInstance
from saola_exchange.protocol import hashchain, signature
from saola_exchange.protocol.declaration import Declaration
from saola_exchange.protocol.parts import SIGNATURE, DigestPart, message_parts
from saola_exchange.protocol.rest import RestRequest, RestResponse, hash_of_request
from saola_exchange.protocol.signature import MessageSignature

INSTANCE = FakeInstance()
VIEW = INSTANCE.view
REQUEST = RestRequest.from_consumer(
    method="POST",
    target=f"/r1/{INSTANCE.provider.encoded}/persons/records?x=1",
    headers=[
        ("X-Road-Client", INSTANCE.consumer.encoded),
        *Declaration("procedure:1", "Law 1, article 2", "000000000001", "D-1").to_headers(),
    ],
    request_id="r-1",
    fallback_id="m-1",
)
BODY = b'{"a": 1}'


def sign(*messages: tuple[bytes, bytes | None], consumer: bool = True) -> tuple[MessageSignature, ...]:
    client = INSTANCE.consumer if consumer else INSTANCE.provider
    signer = INSTANCE.signer(client.member)
    digests = [None if body is None else hashlib.sha512(body).digest() for _, body in messages]
    parts = [message_parts(head=head, body_digest=digest) for (head, _), digest in zip(messages, digests, strict=True)]
    responses = [INSTANCE.ocsp(signer.certificate)]
    return signature.sign(messages=parts, signer=signer, ocsp_responses=responses, at=INSTANCE.at)


def stamped(made: MessageSignature) -> MessageSignature:
    token = INSTANCE.timestamp(signature.stamped_value(made.xml))
    return dataclasses.replace(made, xml=signature.add_timestamp(made.xml, token=token))


def batch_stamp(made: MessageSignature, others: int = 4) -> BatchTimestamp:
    digests = [hashlib.sha512(made.xml).digest(), *(hashlib.sha512(b"%d" % n).digest() for n in range(others))]
    batch = hashchain.build([[DigestPart(SIGNATURE, one)] for one in digests], chain_uri="/ts-hashchain.xml")
    return BatchTimestamp(batch.chains[0], batch.result, INSTANCE.timestamp(batch.result))


def judge(content: EvidenceContent) -> Report:
    return verify_container(build_container(content, at=INSTANCE.at), view=VIEW)


@pytest.mark.parametrize("body", [None, BODY, b""])
@pytest.mark.parametrize("together", [1, 2, 5])
@pytest.mark.parametrize("stamp", ["alone", "batch"])
def test_a_container_of_any_shape_is_valid(body: bytes | None, together: int, stamp: str) -> None:
    head = REQUEST.to_bytes()
    made = sign((head, body), *((b"other %d" % number, None) for number in range(1, together)))[0]
    content = EvidenceContent(head, made, body)
    if stamp == "alone":
        content = dataclasses.replace(content, signature=stamped(made))
    else:
        content = dataclasses.replace(content, timestamp=batch_stamp(made))
    report = judge(content)
    assert (report.verdict, report.code, report.detail) == ("valid", None, None)
    assert report.lacking == ()
    assert {part.state for part in report.parts} == {"verified"}
    assert report.stamp is not None
    assert report.stamp.batch is (stamp == "batch")


def test_a_report_says_who_whom_why_and_when() -> None:
    head = REQUEST.to_bytes()
    report = judge(EvidenceContent(head, stamped(sign((head, BODY))[0]), BODY))
    assert report.message is not None
    assert report.signer is not None
    assert (report.message.kind, str(report.message.sender)) == ("request", str(INSTANCE.consumer))
    assert report.message.declaration == Declaration("procedure:1", "Law 1, article 2", "000000000001", "D-1")
    assert (report.signer.member, report.signer.name) == (str(INSTANCE.consumer.member), "Organisation A01")
    assert report.signer.claimed_time == INSTANCE.at


def test_a_response_must_be_signed_by_the_provider() -> None:
    value = hash_of_request(head=REQUEST.to_bytes(), body_digest=None)
    head = RestResponse.answering(request=REQUEST, request_hash=value, status=200, reason="OK", headers=[]).to_bytes()
    good = judge(EvidenceContent(head, stamped(sign((head, BODY), consumer=False)[0]), BODY))
    assert good.valid
    assert good.message is not None
    assert good.message.status == 200
    forged = judge(EvidenceContent(head, stamped(sign((head, BODY))[0]), BODY))
    assert (forged.verdict, forged.code) == ("invalid", "incorrect_certificate")


def test_a_message_without_time_stamp_is_not_valid_yet_and_says_so() -> None:
    head = REQUEST.to_bytes()
    report = judge(EvidenceContent(head, sign((head, None))[0]))
    assert (report.verdict, report.code) == ("invalid", "asic_timestamp_not_found")
    assert [lack.code for lack in report.lacking] == ["time_stamp"]


def test_a_body_that_was_not_kept_is_told_not_refused() -> None:
    head = REQUEST.to_bytes()
    report = judge(EvidenceContent(head, stamped(sign((head, BODY))[0]), None))
    assert report.valid
    assert [(part.name, part.state) for part in report.parts] == [
        ("message.xml", "verified"),
        ("attachment1", "digest-only"),
    ]


def test_a_late_stamp_is_accepted_within_the_delay_and_told() -> None:
    late = FakeInstance()
    head = REQUEST.to_bytes()
    made = sign((head, None))[0]
    late.trust.at += timedelta(hours=2)
    token = late.timestamp(signature.stamped_value(made.xml))
    content = EvidenceContent(head, dataclasses.replace(made, xml=signature.add_timestamp(made.xml, token=token)))
    data = build_container(content, at=INSTANCE.at)
    accepted = verify_container(data, view=VIEW)
    assert accepted.valid
    assert [lack.code for lack in accepted.lacking] == ["stamped_late"]
    refused = verify_container(data, view=VIEW, acceptable_delay=timedelta(minutes=10))
    assert (refused.verdict, refused.code) == ("invalid", "incorrect_validation_info")


def test_a_stamp_of_another_signature_or_authority_is_refused() -> None:
    head = REQUEST.to_bytes()
    made = sign((head, None))[0]
    other = signature.add_timestamp(made.xml, token=INSTANCE.timestamp(b"other"))
    assert judge(EvidenceContent(head, MessageSignature(other))).code == "timestamp_validation"
    stranger = FakeInstance()
    stranger.trust.tsa = stranger.trust.signer("tsa", "public", common_name="stranger")
    token = stranger.timestamp(signature.stamped_value(made.xml))
    foreign = signature.add_timestamp(made.xml, token=token)
    assert judge(EvidenceContent(head, MessageSignature(foreign))).code == "timestamp_validation"


def rewritten(data: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The container with files replaced, added or (None) taken out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        contents: dict[str, bytes | None] = {name: source.read(name) for name in source.namelist()}
        for name, content in {**contents, **changes}.items():
            if content is not None:
                target.writestr(name, content)
    return buffer.getvalue()


def batch_container() -> bytes:
    head = REQUEST.to_bytes()
    made = sign((head, BODY), (b"other", None))[0]
    return build_container(EvidenceContent(head, made, BODY, batch_stamp(made)), at=INSTANCE.at)


WHOLE = batch_container()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"message.xml": REQUEST.to_bytes().replace(b"x=1", b"x=2")}, "malformed_signature.invalid_hash_chain_ref"),
        ({"attachment1": b"{}"}, "malformed_signature.invalid_hash_chain_ref"),
        ({"attachment2": b"smuggled"}, "malformed_signature.hashchain_unused_inputs"),
        ({"sig-hashchain.xml": b"<x/>"}, "malformed_signature.malformed_hash_chain"),
        ({"ts-hashchain.xml": b"<x/>"}, "malformed_signature"),
        ({"META-INF/timestamp.tst": b"0"}, "timestamp_validation"),
        ({"META-INF/timestamp.tst": None}, "asic_timestamp_not_found"),
        ({"ts-hashchain.xml": None}, "asic_hash_chain_not_found"),
        ({"sig-hashchain.xml": None}, "asic_hash_chain_not_found"),
        ({"sig-hashchainresult.xml": None}, "asic_hash_chain_result_not_found"),
        ({"message.xml": None}, "asic_message_not_found"),
        ({"META-INF/signatures.xml": None}, "asic_signature_not_found"),
        ({"mimetype": None}, "asic_mime_type_not_found"),
        ({"mimetype": b"text/plain"}, "asic_invalid_mime_type"),
        ({"META-INF/signatures.xml": b"<x/>"}, "malformed_signature"),
        ({"META-INF/signatures.xml": b"x"}, "invalid_xml"),
        ({"message.xml": b"<x/>"}, "missing_header_field"),
        ({"message.xml": b"nonsense"}, "invalid_request"),
    ],
)
def test_a_changed_container_is_refused_with_the_code_of_what_is_wrong(
    changes: dict[str, bytes | None], code: str
) -> None:
    report = verify_container(rewritten(WHOLE, changes), view=VIEW)
    assert (report.verdict, report.code) == ("invalid", code)


def test_an_unsigned_file_in_the_container_is_told_and_proves_nothing() -> None:
    report = verify_container(rewritten(WHOLE, {"readme.txt": b"trust me"}), view=VIEW)
    assert report.valid
    assert ("readme.txt", "unsigned") in [(part.name, part.state) for part in report.parts]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_container_is_refused_or_changes_nothing_that_counts(at: int, mask: int) -> None:
    changed = bytearray(WHOLE)
    changed[at] ^= mask
    try:
        report = verify_container(bytes(changed), view=VIEW)
    except NotAContainer:
        return
    if report.valid:
        assert report.message == verify_container(WHOLE, view=VIEW).message
        assert ("attachment1", "verified") in [(part.name, part.state) for part in report.parts] or report.lacking


@given(st.binary(max_size=300))
def test_no_bytes_make_the_verifier_raise_anything_undeclared(data: bytes) -> None:
    with pytest.raises(NotAContainer):
        verify_container(b"x" + data, view=VIEW)
    assert not verify_container(b"PK" + data, view=VIEW).valid


def _zip(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries:
            target.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        _zip(("mimetype", b"x"), ("attachment1", b"\x00" * 20_000_000)),
        _zip(*((f"file{number}", b"") for number in range(1001))),
        _zip(("../message.xml", b"x")),
        _zip(("/message.xml", b"x")),
        _zip(("Message.xml", b"x"), ("message.XML", b"y")),
        WHOLE[: len(WHOLE) // 2],
    ],
    ids=["bomb", "many", "climbing", "absolute", "same name", "cut off"],
)
def test_a_hostile_archive_is_refused_within_bounds(data: bytes) -> None:
    report = verify_container(data, view=VIEW)
    assert (report.verdict, report.code) == ("invalid", "asic_invalid_container")


def test_the_limits_are_the_callers() -> None:
    small = verify_container(WHOLE, view=VIEW, limits=ContainerLimits(packed=100))
    assert small.code == "asic_invalid_container"


def test_the_same_content_gives_the_same_bytes_in_the_layout_of_xroad() -> None:
    assert batch_container()[:40] == WHOLE[:40]
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        assert archive.comment == b"mimetype=application/vnd.etsi.asic-e+zip"
        assert archive.namelist() == [
            "mimetype",
            "message.xml",
            "META-INF/signatures.xml",
            "sig-hashchainresult.xml",
            "sig-hashchain.xml",
            "ts-hashchainresult.xml",
            "ts-hashchain.xml",
            "META-INF/timestamp.tst",
            "attachment1",
            "META-INF/manifest.xml",
            "META-INF/ASiCManifest.xml",
        ]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def test_a_containers_name_is_escaped_and_bounded() -> None:
    assert container_name(query_id="EX-1a/b", kind="request", record_id=33) == "EX-1a_2Fb-request-11.asice"
    assert len(container_name(query_id="é" * 300, kind="response", record_id=0)) < 255


def test_a_signature_over_a_chain_is_not_one_over_the_message() -> None:
    """The head as the only part, while the container has a body: nothing covers the body."""
    head = REQUEST.to_bytes()
    report = judge(EvidenceContent(head, stamped(sign((head, None))[0]), BODY))
    assert (report.verdict, report.code) == ("invalid", "malformed_signature")
