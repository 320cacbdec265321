"""Records: made once, read with a reason, changed by versions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from saola_platform.kernel import clock
from saola_platform.registers.models import Record, RecordVersion, Usage

PERSON = {"name": "Example (mother)", "born": "1990-01-31"}
RECORDS = "/services/persons/records"

pytestmark = pytest.mark.django_db


def made(call: Any, **data: Any) -> dict[str, Any]:
    """A new person."""
    answer = call("POST", RECORDS, {"data": {**PERSON, **data}}, key=f"key-{Record.objects.count()}")
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_a_record_gets_a_number_by_the_countrys_rule(call: Any) -> None:
    first, second = made(call), made(call)
    assert first["key"] == "P000000"
    assert first["data"] == {**PERSON, "number": "P000000"}
    assert (first["version"], first["register"]) == (1, "persons")
    assert second["key"] == "P000001", "the rule gave P000000 or P000001 again, so the next was taken"


def test_the_same_idempotency_key_makes_one_record(call: Any) -> None:
    answers = [call("POST", RECORDS, {"data": PERSON}, key="dossier-1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert answers[0].json() == answers[2].json()
    assert Record.objects.count() == 1


def test_a_replay_gives_the_record_as_it_was_made_even_after_a_change(call: Any) -> None:
    first = call("POST", RECORDS, {"data": PERSON}, key="dossier-1").json()
    change = {"version": 1, "data": {**PERSON, "name": "Other"}, "legal_ground": "court"}
    assert call("PUT", f"{RECORDS}/{first['key']}", change).status_code == 200
    assert call("POST", RECORDS, {"data": PERSON}, key="dossier-1").json() == first


def test_the_same_key_with_other_data_is_refused(call: Any) -> None:
    call("POST", RECORDS, {"data": PERSON}, key="dossier-1")
    answer = call("POST", RECORDS, {"data": {**PERSON, "name": "Other"}}, key="dossier-1")
    assert (answer.status_code, answer.json()["code"]) == (409, "register.idempotency_key_reused")
    assert Record.objects.count() == 1


def test_two_clients_may_use_the_same_idempotency_key(call: Any) -> None:
    call("POST", RECORDS, {"data": PERSON}, key="1")
    answer = call("POST", RECORDS, {"data": PERSON}, key="1", X_Road_Client="EX-DEMO/GOV/H26/onestop")
    assert answer.status_code == 201
    assert Record.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_key_twice_in_parallel_makes_one_record(call: Any) -> None:
    def write(key: str) -> tuple[int, str]:
        try:
            answer = call("POST", RECORDS, {"data": PERSON}, key=key)
            return answer.status_code, answer.json()["key"]
        finally:
            connection.close()

    keys = ["a", "b", "c"] * 8
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(write, keys))
    assert sorted(status for status, _ in answers) == [200] * 21 + [201] * 3
    given = {key: {number for k, (_, number) in zip(keys, answers, strict=True) if k == key} for key in keys}
    assert all(len(numbers) == 1 for numbers in given.values())
    assert Record.objects.count() == RecordVersion.objects.count() == 3


def test_a_record_is_read_by_its_key(call: Any) -> None:
    record = made(call)
    assert call("GET", f"{RECORDS}/{record['key']}").json() == record


def test_reading_a_record_takes_two_statements(call: Any, django_assert_num_queries: Any) -> None:
    key = made(call)["key"]
    # SAVEPOINT and its release are the test's own: a site has a transaction there.
    with django_assert_num_queries(4):
        call("GET", f"{RECORDS}/{key}")


def test_a_record_that_is_not_there_is_a_problem_with_a_remedy(call: Any) -> None:
    answer = call("GET", f"{RECORDS}/P999999")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "register.record_not_found"
    assert answer.json()["remedy"]


def test_records_are_found_by_indexed_fields(call: Any) -> None:
    one, _ = made(call, children=2, married=True), made(call, children=0)
    assert call("GET", f"{RECORDS}?children=2&married=true").json() == {"items": [one], "total": 1}
    assert call("GET", f"{RECORDS}?born=1990-01-31").json()["total"] == 2
    assert call("GET", f"{RECORDS}?born=1990-02-01").json() == {"items": [], "total": 0}


@pytest.mark.parametrize("query", ["", "name=x", "nothing=x", "children=two", "married=1", "born=1&born=2"])
def test_a_search_that_the_register_does_not_offer_is_refused(call: Any, query: str) -> None:
    answer = call("GET", f"{RECORDS}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "register.query_refused")


def test_a_search_gives_at_most_a_hundred_records_and_says_how_many_there_are(call: Any) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    Record.objects.bulk_create(
        Record(register="persons", key=f"P1{n:05d}", version=1, data={"born": "2000-01-01"}, recorded_at=at)
        for n in range(103)
    )
    answer = call("GET", f"{RECORDS}?born=2000-01-01").json()
    assert (len(answer["items"]), answer["total"]) == (100, 103)


def test_a_change_needs_the_version_that_was_read(call: Any) -> None:
    key = made(call)["key"]
    change = {"version": 1, "data": {**PERSON, "name": "Corrected"}, "legal_ground": "Court decision 5"}
    answer = call("PUT", f"{RECORDS}/{key}", change)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert answer.json()["data"]["number"] == key
    late = call("PUT", f"{RECORDS}/{key}", change)
    assert (late.status_code, late.json()["code"]) == (409, "register.version_stale")
    version = RecordVersion.objects.get(version=2)
    assert (version.legal_ground, version.recorded_by) == ("Court decision 5", "EX-DEMO/GOV/G22/portal")


def test_a_change_with_an_idempotency_key_may_be_repeated(call: Any) -> None:
    key = made(call)["key"]
    change = {"version": 1, "data": {**PERSON, "name": "Corrected"}, "legal_ground": "Court decision 5"}
    answers = [call("PUT", f"{RECORDS}/{key}", change, key="change-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert RecordVersion.objects.count() == 2


def test_the_key_of_a_record_never_changes(call: Any) -> None:
    key = made(call)["key"]
    change = {"version": 1, "data": {**PERSON, "number": "P000777"}, "legal_ground": "x"}
    answer = call("PUT", f"{RECORDS}/{key}", change)
    assert (answer.status_code, answer.json()["code"]) == (400, "register.data_refused")


def test_what_the_register_said_at_an_earlier_time_can_be_read(call: Any) -> None:
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with clock.fixed(start):
        key = made(call)["key"]
    with clock.fixed(start + timedelta(days=2)):
        call("PUT", f"{RECORDS}/{key}", {"version": 1, "data": {**PERSON, "name": "New"}, "legal_ground": "x"})
    then = call("GET", f"{RECORDS}/{key}?at=2026-01-02T00:00:00Z").json()
    assert (then["version"], then["data"]["name"]) == (1, PERSON["name"])
    assert call("GET", f"{RECORDS}/{key}?at=2026-01-04T00:00:00%2B07:00").json()["version"] == 2
    assert call("GET", f"{RECORDS}/{key}?at=2025-12-31T00:00:00Z").status_code == 404
    assert call("GET", f"{RECORDS}/{key}?at=yesterday").status_code == 400


def test_a_register_without_numbering_takes_the_key_from_the_data_once(call: Any) -> None:
    data = {"entry": "01/2024", "first": "P000001", "second": "P000002"}
    answers = [call("POST", "/services/marriages/records", {"data": data}, key=str(n)) for n in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "register.key_taken"
    assert call("GET", "/services/marriages/records/01/2024").json()["data"] == data


def test_a_refused_write_leaves_nothing_and_may_be_repeated_with_the_key(call: Any) -> None:
    wrong = call("POST", RECORDS, {"data": {"name": "No date"}}, key="dossier-1")
    assert wrong.status_code == 400
    assert Record.objects.count() == Usage.objects.count() == 0
    assert call("POST", RECORDS, {"data": PERSON}, key="dossier-1").status_code == 201


def test_every_wrong_field_is_named_at_once(call: Any) -> None:
    data = {"name": 5, "born": "31.1.1990", "children": True, "sex": "x", "colour": "red"}
    detail = call("POST", RECORDS, {"data": data}, key="1").json()["detail"]
    for name in data:
        assert f"{name}:" in detail


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"data": 1}', b'{"data": {}, "more": 1}', b'{"data": {"name": "a\\u0000"}}', b"[" * 100_000],
)
def test_a_body_that_is_not_what_the_service_takes_is_refused(call: Any, body: bytes) -> None:
    assert call("POST", RECORDS, body, key="1").status_code == 400
    assert Record.objects.count() == 0


def test_a_number_given_by_the_caller_is_refused_where_the_register_gives_it(call: Any) -> None:
    answer = call("POST", RECORDS, {"data": {**PERSON, "number": "P000500"}}, key="1")
    assert (answer.status_code, answer.json()["code"]) == (400, "register.data_refused")


def test_a_register_that_this_site_does_not_hold_is_not_there(call: Any, using_site: Any) -> None:
    using_site(registers=("marriages",))
    assert call("GET", f"{RECORDS}/P000000").json()["code"] == "register.not_found"
