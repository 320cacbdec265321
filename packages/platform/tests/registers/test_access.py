"""Who may call a register, and what is noted about it."""

from __future__ import annotations

from typing import Any

import pytest
from saola_exchange.client import FakeExchange
from saola_platform.registers.models import Record, Usage

PERSON = {"name": "Example (mother)", "born": "1990-01-31"}
RECORDS = "/services/persons/records"
USAGES = "/services/data-usage/usages"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("given", [{"without": "X-Saola-Gateway-Token"}, {"X_Saola_Gateway_Token": "wrong"}])
@pytest.mark.parametrize("path", [f"{RECORDS}/P000000", f"{RECORDS}?born=1990-01-31", f"{USAGES}?subject=P000000"])
def test_only_the_own_gateway_may_call(call: Any, given: dict[str, str], path: str) -> None:
    answer = call("GET", path, **given)
    assert (answer.status_code, answer.json()["code"]) == (401, "platform.not_from_gateway")


@pytest.mark.parametrize("name", ["Saola-Purpose", "Saola-Legal-Ground", "X-Road-Client", "X-Road-Id"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_call_without_a_reason_is_refused_naming_the_header(call: Any, method: str, name: str) -> None:
    path = f"{RECORDS}/P000000" if method == "GET" else RECORDS
    answer = call(method, path, {"data": PERSON}, key="1", without=name)
    assert answer.status_code == 400
    assert name in answer.json()["detail"]
    assert Record.objects.count() == Usage.objects.count() == 0


def test_a_write_without_an_idempotency_key_is_refused(call: Any) -> None:
    answer = call("POST", RECORDS, {"data": PERSON})
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]


def test_other_methods_are_refused(call: Any) -> None:
    assert call("DELETE", f"{RECORDS}/P000000").status_code == 405


def test_creating_reading_and_changing_are_noted_for_the_person(call: Any) -> None:
    key = call("POST", RECORDS, {"data": PERSON}, key="1").json()["key"]
    call("GET", f"{RECORDS}/{key}")
    call("PUT", f"{RECORDS}/{key}", {"version": 1, "data": PERSON, "legal_ground": "x"}, Saola_Dossier="H26-1")
    noted = list(Usage.objects.order_by("id").values_list("action", "subject", "purpose", "legal_ground", "dossier"))
    reason = ("procedure:1.001193", "Act on examples, s. 4")
    assert noted == [
        ("create", key, *reason, ""),
        ("read", key, *reason, ""),
        ("change", key, *reason, "H26-1"),
    ]


def test_a_replayed_write_is_noted_once(call: Any) -> None:
    for _ in range(3):
        call("POST", RECORDS, {"data": PERSON}, key="1")
    assert Usage.objects.count() == 1


def test_a_record_about_two_people_is_noted_for_both(call: Any) -> None:
    data = {"entry": "1", "first": "P000001", "second": "P000002"}
    call("POST", "/services/marriages/records", {"data": data}, key="1")
    call("GET", "/services/marriages/records?first=P000001")
    assert sorted(Usage.objects.values_list("action", "subject")) == [
        ("create", "P000001"),
        ("create", "P000002"),
        ("read", "P000001"),
        ("read", "P000002"),
    ]


def test_a_reading_that_finds_nothing_is_noted_for_the_person_the_caller_named(call: Any) -> None:
    call("GET", f"{RECORDS}/P000009", Saola_Data_Subject="P000009")
    assert list(Usage.objects.values_list("action", "subject")) == [("read", "P000009")]


def test_a_person_sees_who_used_their_data(call: Any) -> None:
    key = call("POST", RECORDS, {"data": PERSON}, key="1", X_Road_Client="EX-DEMO/GOV/A1/onestop").json()["key"]
    call("POST", RECORDS, {"data": PERSON}, key="2")
    answer = call("GET", f"{USAGES}?subject={key}", Saola_Data_Subject=key).json()
    assert answer["total"] == 1
    (usage,) = answer["items"]
    assert usage["action"] == "create"
    assert usage["organisation"] == "EX-DEMO/GOV/A1/onestop"
    assert usage["organisation_name"] == "Ministry A"
    assert usage["dossier"] is None
    assert usage["message_id"].startswith("EX-DEMO-")


def test_usages_come_in_pages_the_newest_first(call: Any) -> None:
    key = call("POST", RECORDS, {"data": PERSON}, key="1").json()["key"]
    for _ in range(4):
        call("GET", f"{RECORDS}/{key}")
    page = call("GET", f"{USAGES}?subject={key}&offset=3&limit=10", Saola_Data_Subject=key).json()
    assert (page["total"], [item["action"] for item in page["items"]]) == (5, ["read", "create"])


@pytest.mark.parametrize("path", [f"{USAGES}?subject=P000001", USAGES, f"{USAGES}/EX-DEMO-1/evidence?subject=P000001"])
def test_usages_of_somebody_else_are_refused(call: Any, path: str) -> None:
    answer = call("GET", path, Saola_Data_Subject="P000002")
    assert (answer.status_code, answer.json()["code"]) == (403, "register.subject_mismatch")


def test_the_evidence_of_a_usage_comes_from_the_own_gateway(call: Any, fake_exchange: FakeExchange) -> None:
    key = call("POST", RECORDS, {"data": PERSON}, key="1", X_Road_Id="EX-DEMO-abc").json()["key"]
    fake_exchange.containers["EX-DEMO-abc", "request"] = b"PK container"
    answer = call("GET", f"{USAGES}/EX-DEMO-abc/evidence?subject={key}", Saola_Data_Subject=key)
    assert (answer.status_code, answer.content) == (200, b"PK container")
    assert answer.headers["Content-Type"] == "application/vnd.etsi.asic-e+zip"


def test_evidence_of_a_message_about_others_is_not_given(call: Any, fake_exchange: FakeExchange) -> None:
    call("POST", RECORDS, {"data": PERSON}, key="1", X_Road_Id="EX-DEMO-abc")
    fake_exchange.containers["EX-DEMO-abc", "request"] = b"PK container"
    answer = call("GET", f"{USAGES}/EX-DEMO-abc/evidence?subject=P000900", Saola_Data_Subject="P000900")
    assert answer.status_code == 404


def test_evidence_that_the_gateway_does_not_give_is_a_problem(call: Any, fake_exchange: FakeExchange) -> None:
    key = call("POST", RECORDS, {"data": PERSON}, key="1", X_Road_Id="EX-DEMO-abc").json()["key"]
    answer = call("GET", f"{USAGES}/EX-DEMO-abc/evidence?subject={key}", Saola_Data_Subject=key)
    assert answer.status_code == 502
    assert answer.json()["code"].startswith("exchange.")
