"""Who used my data: every register is asked, each line has its proof, silence is named."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from saola_exchange.client import ExchangeUnavailable, FakeExchange

from .conftest import OWNER, USAGES, signed_in_client

ADDRESS = "/my-data/usages/"


def use(**changes: Any) -> dict[str, Any]:
    return {
        "time": "2026-06-01T02:00:00Z",
        "action": "read",
        "register": "persons",
        "organisation": "EX-DEMO/GOV/G22/portal",
        "organisation_name": "what the register calls it",
        "purpose": "procedure:1.001",
        "legal_ground": "Example Act 1/2020, s. 4",
        "dossier": "A1.1-260601-0001",
        "message_id": "EX-DEMO-77",
        "request_id": "r",
    } | changes


def test_each_line_says_who_what_why_when_and_links_to_the_proof(client: Client, registers: FakeExchange) -> None:
    registers.answers(method="GET", service=USAGES, body={"items": [use()], "total": 1})
    page = client.get(ADDRESS).content.decode()
    for words in (
        "Office B",
        "A1.1-260601-0001",
        "Register of persons",
        "Register a birth",
        "Example Act 1/2020, s. 4",
        "EX-DEMO-77",
        "/my-data/usages/A1~population/EX-DEMO-77/evidence",
    ):
        assert words in page
    assert "EX-DEMO/GOV/G22/portal" not in page
    call = registers.calls[-1]
    assert call.query["subject"] == call.data_subject == OWNER


def test_the_newest_stands_first_and_an_unknown_organisation_keeps_its_name(
    client: Client, registers: FakeExchange
) -> None:
    other = use(time="2026-06-01T09:00:00Z", organisation="EX-DEMO/COM/77/shop", organisation_name="A shop")
    registers.answers(method="GET", service=USAGES, body={"items": [use(), other], "total": 2})
    page = client.get(ADDRESS).content.decode().partition("<table")[2]
    assert 0 < page.index("A shop") < page.index("Office B")


def test_a_register_that_is_down_is_named(client: Client, registers: FakeExchange) -> None:
    error = ExchangeUnavailable(code="server.serverproxy.network_error", message="down")
    registers.fails(method="GET", service=USAGES, error=error)
    page = client.get(ADDRESS)
    assert page.status_code == 200
    assert "Ministry A does not answer" in page.content.decode()


@pytest.mark.parametrize("body", [b"no json", [], {"items": "many"}, {"total": 3}])
def test_an_answer_of_another_shape_counts_as_silence(client: Client, registers: FakeExchange, body: object) -> None:
    registers.answers(method="GET", service=USAGES, body=body)
    assert "Ministry A does not answer" in client.get(ADDRESS).content.decode()


def test_nobody_used_it_is_said(client: Client, registers: FakeExchange) -> None:
    registers.answers(method="GET", service=USAGES, body={"items": [], "total": 0})
    assert "Nobody has used your data yet" in client.get(ADDRESS).content.decode()


def test_the_proof_comes_from_the_register_for_the_own_number_only(client: Client, registers: FakeExchange) -> None:
    path = "/usages/EX-DEMO-77/evidence"
    registers.answers(method="GET", service=USAGES, path=path, body=b"PK container")
    answer = client.get(f"{ADDRESS}A1~population/EX-DEMO-77/evidence")
    assert answer.content == b"PK container"
    assert registers.calls[-1].query == {"subject": OWNER}
    signed_in_client(number="P000002").get(f"{ADDRESS}A1~population/EX-DEMO-77/evidence")
    assert registers.calls[-1].query == {"subject": "P000002"}


def test_a_proof_that_is_not_there_is_not_found(client: Client, registers: FakeExchange) -> None:
    registers.answers(method="GET", service=USAGES, path="/usages/x/evidence", status=404, body={})
    assert client.get(f"{ADDRESS}A1~population/x/evidence").status_code == 404
    assert client.get(f"{ADDRESS}unknown~site/x/evidence").status_code == 404


def test_a_register_that_cannot_give_its_proof_now_is_not_taken_for_one_without_it(
    client: Client, registers: FakeExchange
) -> None:
    registers.answers(method="GET", service=USAGES, path="/usages/x/evidence", status=503, body={})
    answer = client.get(f"{ADDRESS}A1~population/x/evidence")
    assert answer.status_code == 502
    assert "Try again" in answer.content.decode()


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    assert Client(headers={"Host": "testserver"}).get(ADDRESS).status_code == 302
