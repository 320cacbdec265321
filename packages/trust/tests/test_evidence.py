"""OCSP and time stamps: accepted by OpenSSL, believed by us only when they fit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_trust import revocation, timestamps
from saola_trust.certificates import certificate_pem, hash_of
from saola_trust.errors import (
    AlgorithmRefused,
    MalformedRevocation,
    MalformedTimestamp,
    RevocationInvalid,
    TimestampInvalid,
    TrustError,
)
from saola_trust.services.fakes import FakeTrust


def answer(trust: FakeTrust, *, nonce: bytes | None = None, hash_name: str = "SHA-1") -> bytes:
    person, issuer = trust.person(), trust.issuers["public"].certificate
    asked = revocation.build_request(certificate=person.certificate, issuer=issuer, nonce=nonce, hash_name=hash_name)
    return revocation.build_response(
        question=revocation.parse_request(asked),
        status=revocation.CertificateStatus("good"),
        responder=trust.responders["public"],
        produced_at=trust.at,
        next_update=trust.at + timedelta(hours=1),
    )


@pytest.mark.parametrize("hash_name", ["SHA-1", "SHA-256"])
def test_a_good_answer_is_believed(trust: FakeTrust, hash_name: str) -> None:
    status = revocation.verify_response(
        answer(trust, nonce=b"n" * 32, hash_name=hash_name),
        certificate=trust.person().certificate,
        issuer=trust.issuers["public"].certificate,
        at=trust.at,
        freshness=timedelta(minutes=1),
        nonce=b"n" * 32,
    )

    assert status.good
    assert status.responder == trust.responders["public"].certificate


def test_an_answer_about_another_certificate_is_refused(trust: FakeTrust) -> None:
    with pytest.raises(RevocationInvalid, match="not about"):
        revocation.verify_response(
            answer(trust),
            certificate=trust.person(number="000000000002").certificate,
            issuer=trust.issuers["public"].certificate,
        )


def test_an_answer_of_the_other_hierarchy_is_refused(trust: FakeTrust) -> None:
    trust.responders["public"] = trust.responders["government"]

    with pytest.raises(RevocationInvalid, match="not signed by a responder"):
        revocation.verify_response(
            answer(trust), certificate=trust.person().certificate, issuer=trust.issuers["public"].certificate
        )


def test_a_certificate_of_the_same_authority_that_is_no_responder_cannot_answer(trust: FakeTrust) -> None:
    trust.responders["public"] = trust.person(number="000000000003")

    with pytest.raises(RevocationInvalid, match="not signed by a responder"):
        revocation.verify_response(
            answer(trust), certificate=trust.person().certificate, issuer=trust.issuers["public"].certificate
        )


@pytest.mark.parametrize(
    ("later", "freshness"),
    [(timedelta(hours=2), None), (timedelta(minutes=10), timedelta(minutes=5)), (-timedelta(hours=1), None)],
)
def test_an_answer_that_is_not_of_this_time_is_refused(
    trust: FakeTrust, later: timedelta, freshness: timedelta | None
) -> None:
    with pytest.raises(RevocationInvalid):
        revocation.verify_response(
            answer(trust),
            certificate=trust.person().certificate,
            issuer=trust.issuers["public"].certificate,
            at=trust.at + later,
            freshness=freshness,
        )


def test_an_answer_without_the_nonce_that_was_sent_is_refused(trust: FakeTrust) -> None:
    with pytest.raises(RevocationInvalid, match="nonce"):
        revocation.verify_response(
            answer(trust),
            certificate=trust.person().certificate,
            issuer=trust.issuers["public"].certificate,
            nonce=b"n",
        )


def test_an_error_of_the_responder_is_no_answer(trust: FakeTrust) -> None:
    with pytest.raises(MalformedRevocation, match="try_later"):
        revocation.verify_response(
            revocation.build_error("try_later"),
            certificate=trust.person().certificate,
            issuer=trust.issuers["public"].certificate,
        )


def test_openssl_accepts_our_ocsp_answer(live_trust: FakeTrust, tmp_path: Path, program: Callable[[str], str]) -> None:
    issuer, person = tmp_path / "issuer.pem", tmp_path / "person.pem"
    issuer.write_text(certificate_pem(live_trust.issuers["public"].certificate))
    person.write_text(certificate_pem(live_trust.person().certificate))
    (tmp_path / "answer.der").write_bytes(answer(live_trust))
    command = [program("openssl"), "ocsp", "-issuer", issuer, "-cert", person, "-respin", tmp_path / "answer.der",
               "-CAfile", issuer, "-partial_chain", "-no_check_time"]  # fmt: skip

    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert "Response verify OK" in done.stderr, done.stderr
    assert ": good" in done.stdout


def test_openssl_accepts_our_time_stamp_and_refuses_it_for_other_data(
    trust: FakeTrust, tmp_path: Path, program: Callable[[str], str]
) -> None:
    asked = timestamps.request(hash_of(b"data", hash_name="SHA-256"), nonce=5)
    chain = [trust.issuers["government"].certificate]
    made = timestamps.issue(timestamps.parse_request(asked), authority=trust.tsa, chain=chain, at=trust.at, serial=1)
    for name, content in [
        ("answer.tsr", made),
        ("good", b"data"),
        ("bad", b"date"),
        ("ca.pem", certificate_pem(chain[0]).encode()),
    ]:
        (tmp_path / name).write_bytes(content)

    def verify(name: str) -> subprocess.CompletedProcess[str]:
        command = [program("openssl"), "ts", "-verify", "-in", tmp_path / "answer.tsr", "-data", tmp_path / name,
                   "-CAfile", tmp_path / "ca.pem", "-partial_chain"]  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert "Verification: OK" in verify("good").stdout + verify("good").stderr
    assert "message imprint mismatch" in verify("bad").stderr


def test_a_time_stamp_is_believed_only_from_a_listed_authority_and_for_its_data(trust: FakeTrust) -> None:
    token = trust.timestamp(hash_of(b"data", hash_name="SHA-256"))

    stamp, authority = timestamps.verify(token, data=b"data", authorities=[trust.tsa.certificate])

    assert (stamp.at, authority) == (trust.at, trust.tsa.certificate)
    with pytest.raises(TimestampInvalid, match="trusted"):
        timestamps.verify(token, data=b"data", authorities=[])
    with pytest.raises(TimestampInvalid, match="imprint"):
        timestamps.verify(token, data=b"date", authorities=[trust.tsa.certificate])


def test_a_listed_certificate_that_is_not_for_time_stamps_is_refused(trust: FakeTrust) -> None:
    trust.tsa = trust.person()
    token = trust.timestamp(hash_of(b"data", hash_name="SHA-256"))

    with pytest.raises(TimestampInvalid, match="time stamping"):
        timestamps.verify(token, data=b"data", authorities=[trust.tsa.certificate])


def test_the_answer_to_another_request_is_refused(trust: FakeTrust) -> None:
    asked = timestamps.request(hash_of(b"data", hash_name="SHA-256"), nonce=5)
    other = timestamps.request(hash_of(b"data", hash_name="SHA-256"), nonce=6)
    made = timestamps.issue(timestamps.parse_request(asked), authority=trust.tsa, chain=[], at=trust.at, serial=1)

    with pytest.raises(TimestampInvalid, match="does not answer"):
        timestamps.token_of(made, asked=other)
    with pytest.raises(TimestampInvalid, match="rejection"):
        timestamps.token_of(timestamps.refuse(reason="no"), asked=asked)


def test_weak_digests_are_not_stamped() -> None:
    with pytest.raises(AlgorithmRefused):
        timestamps.parse_request(timestamps.request(bytes(20), hash_name="SHA-1"))
    with pytest.raises(MalformedTimestamp):
        timestamps.parse_request(timestamps.request(bytes(20)))


TRUST = FakeTrust()
TOKEN = TRUST.timestamp(bytes(32))
ANSWER = answer(TRUST)


@given(st.integers(0, len(TOKEN) - 1), st.integers(1, 255))
def test_a_token_with_any_byte_changed_is_refused_with_a_declared_error_or_says_the_same(place: int, flip: int) -> None:
    changed = TOKEN[:place] + bytes([TOKEN[place] ^ flip]) + TOKEN[place + 1 :]
    try:
        stamp, _ = timestamps.verify(changed, digest=bytes(32), authorities=[TRUST.tsa.certificate])
    except TrustError:
        return
    assert (stamp.at, stamp.digest, stamp.serial) == (TRUST.at, bytes(32), 1)


@given(st.integers(0, len(ANSWER) - 1), st.integers(1, 255))
def test_an_answer_with_any_byte_changed_is_refused_with_a_declared_error_or_says_the_same(
    place: int, flip: int
) -> None:
    changed = ANSWER[:place] + bytes([ANSWER[place] ^ flip]) + ANSWER[place + 1 :]
    try:
        status = revocation.verify_response(
            changed, certificate=TRUST.person().certificate, issuer=TRUST.issuers["public"].certificate
        )
    except TrustError:
        return
    assert (status.state, status.this_update) == ("good", TRUST.at)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_declared_errors(data: bytes) -> None:
    for parse in (timestamps.read_token, timestamps.parse_request, revocation.parse_request, revocation.parse_response):
        with pytest.raises(TrustError):
            parse(data)
