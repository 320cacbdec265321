"""Containers: written the same each time, read within bounds, valid only when everything is."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from saola_trust.containers import Document, Limits, read_asice, validate, write_asice
from saola_trust.containers.limits import MIMETYPE
from saola_trust.errors import MalformedContainer
from saola_trust.services.fakes import EPOCH, FakeTrust
from saola_trust.signatures import sign
from saola_trust.trustlist import StatusPeriod, TrustedServices


def archive(files: list[tuple[str, bytes]], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP as somebody else would write it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, content in files:
            made.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


def container_of(files: list[tuple[str, bytes]]) -> bytes:
    return archive([("mimetype", MIMETYPE.encode()), *files])


def test_the_same_documents_and_signatures_give_the_same_bytes(trust: FakeTrust, documents: list[Document]) -> None:
    signature = sign(documents=documents, signer=trust.person(), at=trust.at)

    one, two = (write_asice(documents=documents, signatures=[signature]) for _ in range(2))

    assert one == two
    assert one[30:38] == b"mimetype"
    assert one[38:].startswith(MIMETYPE.encode())


def test_a_container_gives_back_what_was_put_in(documents: list[Document]) -> None:
    found = read_asice(write_asice(documents=documents, signatures=[b"<one/>", b"<two/>"]))

    assert found.documents == tuple(documents)
    assert found.signatures == (b"<one/>", b"<two/>")


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../up", "a/../b", "a\\b", "C:x", "a\x00b", "mimetype", "META-INF/x", "a//b"]
)
def test_names_that_lead_elsewhere_are_not_written(name: str) -> None:
    with pytest.raises(MalformedContainer):
        write_asice(documents=[Document(name, "text/plain", b"")], signatures=[])


@pytest.mark.parametrize("name", ["/etc/passwd", "../up", "a/../../b", "a\\b", "C:x", "a/./b"])
def test_names_that_lead_elsewhere_are_not_read(name: str) -> None:
    with pytest.raises(MalformedContainer):
        read_asice(container_of([(name, b"x")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused() -> None:
    with pytest.raises(MalformedContainer, match="two files"):
        read_asice(container_of([("a.txt", b"1"), ("a.txt", b"2")]))
    with pytest.raises(MalformedContainer, match="two files"):
        read_asice(container_of([("a.txt", b"1"), ("A.TXT", b"2")]))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(MalformedContainer, match="times"):
        read_asice(container_of([("bomb", bytes(64 * 1024 * 1024))]))


def test_more_bytes_or_files_than_the_limits_are_refused() -> None:
    limits = Limits(unpacked_bytes=100, entries=3)

    with pytest.raises(MalformedContainer, match="unpacks"):
        read_asice(container_of([("a", bytes(101))]), limits)
    with pytest.raises(MalformedContainer, match="files"):
        read_asice(container_of([(str(number), b"") for number in range(3)]), limits)
    with pytest.raises(MalformedContainer, match="signature files"):
        read_asice(container_of([(f"META-INF/signatures{number}.xml", b"") for number in range(51)]))


def test_sizes_that_lie_do_not_help() -> None:
    data = bytearray(container_of([("a", b"A" * 1000)]))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 5)

    report = validate(bytes(data), trusted=TrustedServices(), at=EPOCH)

    assert report.verdict in {"invalid", "nothing_signed"}


def test_another_kind_of_zip_is_no_container() -> None:
    with pytest.raises(MalformedContainer, match="mimetype"):
        read_asice(archive([("a.txt", b"")]))
    with pytest.raises(MalformedContainer):
        read_asice(archive([("mimetype", b"application/zip")]))
    with pytest.raises(MalformedContainer):
        read_asice(b"%PDF-1.7")


TRUST = FakeTrust()
DOCUMENTS = [Document("a.txt", "text/plain", b"I apply."), Document("b.txt", "text/plain", b"")]
GOOD = TRUST.container(documents=DOCUMENTS, signers=[TRUST.person()])


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_container_with_any_byte_changed_is_never_valid_for_other_documents(place: int, flip: int) -> None:
    changed = GOOD[:place] + bytes([GOOD[place] ^ flip]) + GOOD[place + 1 :]

    report = validate(changed, trusted=TRUST.trusted, at=TRUST.at)

    if report.valid:  # a byte that means nothing, such as one of the date in a directory entry
        read = read_asice(changed).documents
        assert [(one.name, one.content) for one in read] == [(one.name, one.content) for one in DOCUMENTS]


[SIGNATURE] = read_asice(GOOD).signatures


@given(st.integers(0, len(SIGNATURE) - 1), st.integers(0, 255))
def test_a_signature_file_with_any_byte_changed_gets_a_verdict_and_a_valid_one_says_the_same(
    place: int, to: int
) -> None:
    changed = SIGNATURE[:place] + bytes([to]) + SIGNATURE[place + 1 :]

    report = validate(write_asice(documents=DOCUMENTS, signatures=[changed]), trusted=TRUST.trusted, at=TRUST.at)

    if report.valid:
        [one] = report.signatures
        assert (one.certificate, one.signed_at) == (TRUST.person().certificate, TRUST.at)


def test_properties_moved_beside_the_signature_do_not_count(documents: list[Document], trust: FakeTrust) -> None:
    root = etree.fromstring(trust.signature(documents=documents, signer=trust.person()))
    signature = root[0]
    properties = root.find(".//{*}SignedProperties")
    assert properties is not None
    forged = deepcopy(properties)
    time = forged.find(".//{*}SigningTime")
    assert time is not None
    time.text = "2020-01-01T00:00:00Z"
    parent = properties.getparent()
    assert parent is not None
    parent.replace(properties, forged)
    hidden = etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}Object")
    hidden.append(properties)

    report = validate(
        write_asice(documents=documents, signatures=[etree.tostring(root)]), trusted=trust.trusted, at=trust.at
    )

    assert report.verdict == "invalid"


@given(st.binary(max_size=400))
def test_any_bytes_get_a_verdict_and_never_an_error(data: bytes) -> None:
    assert not validate(data, trusted=TrustedServices(), at=EPOCH).valid


@given(st.lists(st.tuples(st.text(max_size=12), st.binary(max_size=40)), max_size=4))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_any_archive_is_read_or_refused_with_a_declared_error(files: list[tuple[str, bytes]]) -> None:
    try:
        data = container_of(files)
    except (ValueError, UnicodeEncodeError):
        return  # Python itself cannot write it
    with suppress(MalformedContainer):
        read_asice(data)


def test_a_container_of_two_hierarchies_is_valid_and_names_its_signers(
    trust: FakeTrust, documents: list[Document]
) -> None:
    container = trust.container(documents=documents, signers=[trust.person(), trust.seal()])

    report = validate(container, trusted=trust.trusted, at=trust.at)

    assert report.verdict == "valid"
    assert [signature.level for signature in report.signatures] == ["LT", "LT"]
    facts = [signature.signer for signature in report.signatures if signature.signer]
    assert [(one.kind, one.personal_number) for one in facts] == [("person", "000000000001"), ("organisation", None)]
    assert all(signature.signed_at == trust.at and signature.qualified for signature in report.signatures)


def test_without_signatures_nothing_is_signed_and_nothing_valid(documents: list[Document], trust: FakeTrust) -> None:
    report = validate(write_asice(documents=documents, signatures=[]), trusted=trust.trusted, at=trust.at)

    assert report.verdict == "nothing_signed"


def test_by_default_nobody_is_trusted(trust: FakeTrust, documents: list[Document]) -> None:
    container = trust.container(documents=documents, signers=[trust.person()])

    assert validate(container, trusted=TrustedServices(), at=trust.at).verdict == "untrusted"


def test_a_signer_of_an_authority_withdrawn_before_signing_is_untrusted_and_one_withdrawn_later_stays_valid(
    trust: FakeTrust, documents: list[Document]
) -> None:
    container = trust.container(documents=documents, signers=[trust.person()])

    def verdict(until: timedelta) -> str:
        periods = (StatusPeriod(True, EPOCH), StatusPeriod(False, trust.at + until))
        listed = tuple(replace(s, periods=periods) if s.kind == "ca" else s for s in trust.services())
        return validate(container, trusted=TrustedServices(listed), at=trust.at + timedelta(days=9)).verdict

    assert verdict(-timedelta(days=1)) == "untrusted"
    assert verdict(timedelta(days=1)) == "valid"


Change = Callable[[FakeTrust, list[Document]], bytes]


def altered(trust: FakeTrust, documents: list[Document]) -> bytes:
    signed = read_asice(trust.container(documents=documents, signers=[trust.person()]))
    return write_asice(
        documents=[replace(documents[0], content=b"I do not."), documents[1]], signatures=signed.signatures
    )


def added(trust: FakeTrust, documents: list[Document]) -> bytes:
    signed = read_asice(trust.container(documents=documents, signers=[trust.person()]))
    return write_asice(documents=[*documents, Document("more.txt", "text/plain", b"")], signatures=signed.signatures)


def removed(trust: FakeTrust, documents: list[Document]) -> bytes:
    signed = read_asice(trust.container(documents=documents, signers=[trust.person()]))
    return write_asice(documents=documents[:1], signatures=signed.signatures)


def other_media_type(trust: FakeTrust, documents: list[Document]) -> bytes:
    signed = read_asice(trust.container(documents=documents, signers=[trust.person()]))
    return write_asice(
        documents=[replace(documents[0], media_type="text/html"), documents[1]], signatures=signed.signatures
    )


def level_b(trust: FakeTrust, documents: list[Document]) -> bytes:
    return write_asice(documents=documents, signatures=[sign(documents=documents, signer=trust.person(), at=trust.at)])


def revoked(trust: FakeTrust, documents: list[Document]) -> bytes:
    trust.revoked[trust.person().certificate.serial_number] = trust.at
    return trust.container(documents=documents, signers=[trust.person()])


def old_proof(trust: FakeTrust, documents: list[Document]) -> bytes:
    trust.ocsp_delay = -timedelta(hours=1)
    return trust.container(documents=documents, signers=[trust.person()])


def wrong_usage(trust: FakeTrust, documents: list[Document]) -> bytes:
    return trust.container(
        documents=documents, signers=[trust.signer("authentication", "public", common_name="Server")]
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (altered, "trust.signature_invalid"),
        (added, "not_covered"),
        (removed, "reference"),
        (other_media_type, "media_type"),
        (level_b, "no_timestamp"),
        (revoked, "certificate_revoked"),
        (old_proof, "revocation_proof_too_old"),
        (wrong_usage, "key_usage"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_what_is_not_as_it_was_signed_is_invalid_and_the_report_says_why(
    trust: FakeTrust, documents: list[Document], change: Change, code: str
) -> None:
    report = validate(change(trust, documents), trusted=trust.trusted, at=trust.at + timedelta(days=1))

    assert (report.verdict, report.reason_code) == ("invalid", code)


def test_a_time_stamp_from_the_future_is_invalid(trust: FakeTrust, documents: list[Document]) -> None:
    container = trust.container(documents=documents, signers=[trust.person()])

    assert (
        validate(container, trusted=trust.trusted, at=trust.at - timedelta(days=1)).reason_code == "timestamp_in_future"
    )


def test_one_bad_signature_makes_the_whole_invalid(trust: FakeTrust, documents: list[Document]) -> None:
    good = trust.signature(documents=documents, signer=trust.person())
    bad = sign(documents=documents, signer=trust.seal(), at=trust.at)

    report = validate(write_asice(documents=documents, signatures=[good, bad]), trusted=trust.trusted, at=trust.at)

    assert report.verdict == "invalid"
    assert [signature.verdict for signature in report.signatures] == ["valid", "invalid"]
