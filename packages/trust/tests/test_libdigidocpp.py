"""libdigidocpp, the library of Estonia's signature software, judges what we sign and our trusted list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from saola_trust.certificates import certificate_der
from saola_trust.containers import Document, read_asice, write_asice
from saola_trust.services.fakes import EPOCH, FakeTrust
from saola_trust.signatures import extend_lt, sign
from saola_trust.trustlist import StatusPeriod

Judge = Callable[..., list[str]]


@pytest.fixture
def judged(digidoc: Judge, live_trust: FakeTrust) -> Callable[[bytes], list[str]]:
    """Its verdicts under the fabric's own list."""
    operator = certificate_der(live_trust.operator.certificate)
    return lambda container: digidoc(container, trusted_list=live_trust.trusted_list(), operator=operator)


def test_it_accepts_a_person_of_one_hierarchy_and_a_seal_of_the_other_in_one_container(
    judged: Callable[[bytes], list[str]], live_trust: FakeTrust, documents: list[Document]
) -> None:
    container = live_trust.container(documents=documents, signers=[live_trust.person(), live_trust.seal()])

    assert judged(container) == ["ok", "ok"]


def test_it_accepts_an_official_of_the_government_hierarchy(
    judged: Callable[[bytes], list[str]], live_trust: FakeTrust, documents: list[Document]
) -> None:
    official = live_trust.signer(
        "official", "government", common_name="Official", given_name="Of", surname="Ficial",
        serial_number="IDCXX-000000000009", organisation="Office", title="Chair",
    )  # fmt: skip

    assert judged(live_trust.container(documents=documents, signers=[official])) == ["ok"]


def test_it_refuses_the_copy_with_one_changed_letter(
    judged: Callable[[bytes], list[str]], live_trust: FakeTrust, documents: list[Document]
) -> None:
    signed = read_asice(live_trust.container(documents=documents, signers=[live_trust.person()]))
    altered = replace(documents[0], content=b"I apply!")

    [verdict] = judged(write_asice(documents=[altered, documents[1]], signatures=signed.signatures))

    assert verdict != "ok"
    assert "digest" in verdict.lower()


def test_it_refuses_a_signer_whose_certificate_was_revoked(
    judged: Callable[[bytes], list[str]], live_trust: FakeTrust, documents: list[Document]
) -> None:
    person = live_trust.person()
    live_trust.revoked[person.certificate.serial_number] = live_trust.at - timedelta(days=1)

    [verdict] = judged(live_trust.container(documents=documents, signers=[person]))

    assert "revoked" in verdict.lower()


def test_it_refuses_level_b_and_level_t(
    judged: Callable[[bytes], list[str]], live_trust: FakeTrust, documents: list[Document]
) -> None:
    level_b = sign(documents=documents, signer=live_trust.person(), at=live_trust.at)
    from saola_trust.certificates import hash_of
    from saola_trust.signatures import timestamp_input

    token = live_trust.timestamp(hash_of(timestamp_input(level_b), hash_name="SHA-256"))
    level_t = extend_lt(signature_xml=level_b, timestamp_token=token, ocsp_responses=[], chain=[])

    assert judged(write_asice(documents=documents, signatures=[level_b])) != ["ok"]
    assert judged(write_asice(documents=documents, signatures=[level_t])) != ["ok"]


def test_it_refuses_an_ocsp_answer_older_than_the_time_stamp(
    judged: Callable[[bytes], list[str]], live_trust: FakeTrust, documents: list[Document]
) -> None:
    live_trust.ocsp_delay = -timedelta(minutes=5)

    assert judged(live_trust.container(documents=documents, signers=[live_trust.person()])) != ["ok"]


def test_it_refuses_a_certificate_that_is_not_for_signing_documents(
    judged: Callable[[bytes], list[str]], live_trust: FakeTrust, documents: list[Document]
) -> None:
    wrong = live_trust.signer("authentication", "government", common_name="Server")

    assert judged(live_trust.container(documents=documents, signers=[wrong])) != ["ok"]


def test_it_refuses_a_certificate_that_is_not_qualified(
    judged: Callable[[bytes], list[str]], live_trust: FakeTrust, documents: list[Document]
) -> None:
    plain = live_trust.signer("signing", "government", common_name="Member")

    [verdict] = judged(live_trust.container(documents=documents, signers=[plain]))

    assert "qualification" in verdict.lower()


def test_it_refuses_the_seal_when_the_list_leaves_the_government_provider_out(
    digidoc: Judge, live_trust: FakeTrust, documents: list[Document]
) -> None:
    container = live_trust.container(documents=documents, signers=[live_trust.person(), live_trust.seal()])
    services = [service for service in live_trust.services() if service.name != "government CA"]

    verdicts = digidoc(
        container,
        trusted_list=live_trust.trusted_list(services),
        operator=certificate_der(live_trust.operator.certificate),
    )

    assert [verdict == "ok" for verdict in verdicts] == [True, False]


def test_it_refuses_a_signer_of_an_authority_that_was_withdrawn(
    digidoc: Judge, live_trust: FakeTrust, documents: list[Document]
) -> None:
    container = live_trust.container(documents=documents, signers=[live_trust.person()])
    withdrawn = (StatusPeriod(True, EPOCH), StatusPeriod(False, live_trust.at - timedelta(days=1)))
    services = [replace(s, periods=withdrawn) if s.name == "public CA" else s for s in live_trust.services()]

    verdicts = digidoc(
        container,
        trusted_list=live_trust.trusted_list(services),
        operator=certificate_der(live_trust.operator.certificate),
    )

    assert verdicts != ["ok"]


def test_it_refuses_everything_under_an_expired_list_a_foreign_operator_or_no_list(
    digidoc: Judge, live_trust: FakeTrust, documents: list[Document]
) -> None:
    container = live_trust.container(documents=documents, signers=[live_trust.person()])
    operator = certificate_der(live_trust.operator.certificate)
    foreign = certificate_der(live_trust.tsa.certificate)

    assert digidoc(container, trusted_list=live_trust.trusted_list(days=-1), operator=operator) != ["ok"]
    assert digidoc(container, trusted_list=live_trust.trusted_list(), operator=foreign) != ["ok"]
    assert digidoc(container, trusted_list=None, operator=operator) != ["ok"]
