"""Filling in: what the state knows is there with its origin, nothing is lost, and only sound answers pass."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from saola_exchange.client import ExchangeRefused, ExchangeUnavailable, FakeExchange
from saola_platform.documents.models import StoredFile
from saola_platform.documents.scanner import EICAR
from saola_platform.portal.models import Draft

from .conftest import ABOUT, CHILD, CODE, MARRIAGES, OWNER, PERSONS, begin, fill, signed_in_client
from .papers import PDF


def draft() -> Draft:
    return Draft.objects.get()


def silence(exchange: FakeExchange, service: str) -> None:
    error = ExchangeUnavailable(code="server.serverproxy.network_error", message="down", message_id="EX-DEMO-9")
    exchange.fails(method="GET", service=service, error=error)


def test_nobody_begins_without_signing_in(client: Client) -> None:
    stranger = Client(headers={"Host": "testserver"})
    page = stranger.get(f"/procedures/{CODE}/start")
    assert page.status_code == 302
    assert page["Location"].startswith("/sign-in")


def test_before_anything_is_read_it_is_said_what_and_on_which_ground(client: Client, registers: FakeExchange) -> None:
    page = client.get(f"/procedures/{CODE}/start").content.decode()
    assert "Register of persons" in page
    assert "Example Act 1/2020, s. 4" in page
    assert registers.calls == []


def test_reads_go_out_with_purpose_ground_subject_and_dossier(client: Client, registers: FakeExchange) -> None:
    begin(client)
    call = next(one for one in registers.calls if one.service == PERSONS)
    assert call.path == f"/records/{OWNER}"
    assert call.purpose == f"procedure:{CODE}"
    assert call.legal_ground == "Example Act 1/2020, s. 4"
    assert call.data_subject == OWNER
    assert call.dossier == str(draft().id)


def test_what_the_register_knows_is_filled_in_and_only_what_the_form_uses_is_kept(client: Client) -> None:
    begin(client)
    assert draft().answers["about.name"] == "Example Person"
    assert draft().answers["about.born"] == "1990-05-04"
    assert "secret" not in str(draft().reads)


def test_beside_each_prefilled_field_stand_register_owner_purpose_ground_and_proof(client: Client) -> None:
    page = client.get(begin(client) + "sections/about").content.decode()
    note = page.split('data-testid="origin-about.name"')[1].split("</details>")[0]
    message_id = draft().reads["applicant"]["message_id"]
    for words in ("Register of persons", "Ministry A", "Register a birth", "Example Act 1/2020, s. 4", message_id):
        assert words in note


def test_the_proof_of_a_read_can_be_downloaded_by_its_owner_only(client: Client, registers: FakeExchange) -> None:
    address = begin(client)
    message_id = draft().reads["applicant"]["message_id"]
    registers.containers[message_id, "response"] = b"PK container"
    answer = client.get(f"{address}evidence/{message_id}")
    assert answer.content == b"PK container"
    assert "attachment" in answer["Content-Disposition"]
    assert client.get(f"{address}evidence/EX-DEMO-other").status_code == 404
    assert signed_in_client(number="P000002").get(f"{address}evidence/{message_id}").status_code == 404


def test_a_register_that_is_down_leaves_its_fields_open_and_says_so(client: Client, registers: FakeExchange) -> None:
    silence(registers, PERSONS)
    address = begin(client)
    page = client.get(address + "sections/about").content.decode()
    assert "does not answer at the moment" in page
    assert 'data-testid="origin-about.name" data-state="unavailable"' in page
    answers = ABOUT | {"number": OWNER}
    assert client.post(address + "sections/about", answers).status_code == 302
    assert draft().answers["about.number"] == OWNER


def test_a_register_that_refuses_is_told_apart(client: Client, registers: FakeExchange) -> None:
    error = ExchangeRefused(code="server.serverproxy.access_denied", message="no", message_id="EX-DEMO-8")
    registers.fails(method="GET", service=PERSONS, error=error)
    page = client.get(begin(client) + "sections/about").content.decode()
    assert "refused to answer" in page


def test_a_person_whom_the_register_does_not_know_fills_in_by_hand(client: Client) -> None:
    stranger = signed_in_client(number="P000009")
    page = stranger.get(begin(stranger) + "sections/about").content.decode()
    assert "holds no record" in page


def test_trying_again_reads_again_and_keeps_what_was_typed(client: Client, registers: FakeExchange) -> None:
    silence(registers, PERSONS)
    address = begin(client)
    client.post(address + "sections/about", ABOUT | {"number": OWNER, "name": "Typed Name"})
    registers.answers(method="GET", service=PERSONS, body={"key": OWNER, "data": {"name": "Register Name"}})
    client.post(address + "read-again")
    assert draft().reads["applicant"]["state"] == "found"
    assert draft().answers["about.name"] == "Typed Name"
    page = client.get(address + "sections/about").content.decode()
    assert 'data-testid="origin-about.name" data-state="changed"' in page


def test_a_changed_value_is_marked_and_the_register_s_stays_visible(client: Client) -> None:
    address = begin(client)
    client.post(address + "sections/about", ABOUT | {"name": "New Name"})
    page = client.get(address + "sections/about").content.decode()
    assert "Changed by you." in page
    assert "Example Person" in page


def test_a_fixed_value_cannot_be_changed(client: Client) -> None:
    address = begin(client)
    client.post(address + "sections/about", ABOUT | {"number": "P000777"})
    assert draft().answers["about.number"] == OWNER


def test_errors_stand_on_top_lead_to_their_field_and_nothing_typed_is_lost(client: Client) -> None:
    address = begin(client)
    typed = CHILD | {"name": "", "weight": "heavy", "hour": "25:00"}
    page = client.post(address + "sections/child", typed)
    body = page.content.decode()
    assert page.status_code == 422
    for wanted in ('href="#id_name"', 'href="#id_weight"', 'href="#id_hour"', "weight: not-integer", "hour: not-time"):
        assert wanted in body
    later = client.get(address + "sections/child").content.decode()
    assert 'value="heavy"' in later
    assert 'value="25:00"' in later


@pytest.mark.parametrize("day", [("31", "2", "1990"), ("x", "5", "1990"), ("", "5", "1990"), ("1", "1", "99999")])
def test_a_date_that_does_not_exist_is_refused_at_its_field(client: Client, day: tuple[str, str, str]) -> None:
    address = begin(client)
    answers = ABOUT | dict(zip(("born_0", "born_1", "born_2"), day, strict=True))
    page = client.post(address + "sections/about", answers)
    assert page.status_code == 422
    assert 'href="#id_born_0"' in page.content.decode()


def test_save_and_come_back_later_keeps_answers_without_calling_the_part_complete(client: Client) -> None:
    address = begin(client)
    assert client.post(address + "sections/about", ABOUT | {"action": "later"})["Location"] == address
    assert draft().answers["about.email"] == "me@example.org"
    assert draft().sections_done == []


def test_an_answer_opens_further_questions_that_registers_fill(client: Client, registers: FakeExchange) -> None:
    address = begin(client)
    there = client.post(address + "sections/child", CHILD | {"other_known": "yes"})["Location"]
    assert there.startswith(address + "sections/child#")
    page = client.get(address + "sections/child").content.decode()
    assert 'value="P000002"' in page
    assert 'value="Other Parent"' in page


def test_a_read_that_an_answer_overtakes_is_dropped_with_its_values(client: Client) -> None:
    address = begin(client)
    client.post(address + "sections/child", CHILD | {"other_known": "yes"})
    known = CHILD | {"other_known": "yes", "other_number": "P000003", "other_name": "Other Parent"}
    client.post(address + "sections/child", known)
    assert draft().reads["other"]["state"] == "not-found"
    assert "child.other_name" not in draft().answers


def test_several_records_are_not_guessed_between(client: Client, registers: FakeExchange) -> None:
    items = [{"key": key, "data": {"first": OWNER, "second": "P000002"}} for key in ("M1", "M2")]
    registers.answers(method="GET", service=MARRIAGES, body={"items": items, "total": 2})
    begin(client)
    assert draft().reads["marriage"]["state"] == "several"


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"items": 5}', b'{"data": null}'])
def test_an_answer_of_another_shape_counts_as_none(client: Client, registers: FakeExchange, body: bytes) -> None:
    for service in (PERSONS, MARRIAGES):
        registers.answers(method="GET", service=service, body=body)
    page = client.get(begin(client) + "sections/about")
    assert page.status_code == 200
    assert draft().reads["applicant"]["state"] != "found"


def test_another_person_sees_nothing_of_it(client: Client) -> None:
    address = begin(client)
    stranger = signed_in_client(number="P000002")
    for path in ("", "sections/about", "papers", "review", "discard"):
        assert stranger.get(address + path).status_code == 404


def test_an_application_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get(f"/applications/{uuid.uuid4()}/").status_code == 404


def test_data_make_a_paper_unnecessary(client: Client, registers: FakeExchange) -> None:
    page = client.get(begin(client) + "papers").content.decode()
    assert "You need not hand in these papers" in page
    assert 'id="paper-proof"' not in page


def test_without_data_the_paper_is_asked_for(client: Client, registers: FakeExchange) -> None:
    silence(registers, PERSONS)
    page = client.get(begin(client) + "papers").content.decode()
    assert 'id="paper-proof"' in page


def test_a_paper_is_added_named_safely_and_removed(client: Client) -> None:
    address = begin(client)
    paper = SimpleUploadedFile("../../evil\u202e.pdf.exe", PDF)
    client.post(address + "papers/notice/add", {"file": paper})
    (added,) = draft().attachments.all()
    assert added.name == "evil.pdf.pdf"
    assert StoredFile.objects.get().scan == "not-scanned"
    client.post(f"{address}papers/{added.pk}/remove")
    assert not draft().attachments.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "empty"),
        (b"MZ program", 415, "must be PDF, JPEG"),
        (b"\x89PNG\r\n\x1a\n picture", 415, "must be PDF, JPEG"),
        (PDF[:-40], 422, "damaged"),
        (PDF + b"\0" * 1_000_001, 413, "larger than 1 MB"),
        (EICAR, 415, "must be PDF"),
    ],
)
def test_a_refused_file_is_explained_at_its_field_and_leaves_nothing(
    client: Client, content: bytes, status: int, words: str
) -> None:
    address = begin(client)
    page = client.post(address + "papers/notice/add", {"file": SimpleUploadedFile("n.pdf", content)})
    assert page.status_code == status
    assert words in page.content.decode()
    assert 'href="#file-notice"' in page.content.decode()
    assert not StoredFile.objects.exists()


def test_a_paper_that_is_not_asked_for_is_not_taken(client: Client) -> None:
    address = begin(client)
    assert client.post(address + "papers/other/add", {"file": SimpleUploadedFile("n.pdf", PDF)}).status_code == 404


def test_missing_papers_are_named(client: Client) -> None:
    address = begin(client)
    page = client.post(address + "papers")
    assert page.status_code == 422
    assert "Notice of birth: Add this paper" in page.content.decode()


def test_the_review_opens_only_when_all_is_there(client: Client) -> None:
    address = begin(client)
    assert client.get(address + "review")["Location"] == address
    fill(client, address)
    page = client.get(address + "review").content.decode()
    for words in ("Small Child", "girl", "3200", "07:05", "From: Register of persons", "notice.pdf", "Ward of A"):
        assert words in page


def test_a_draft_can_be_deleted_after_asking(client: Client) -> None:
    address = begin(client)
    fill(client, address)
    assert "cannot be undone" in client.get(address + "discard").content.decode()
    client.post(address + "discard")
    assert not Draft.objects.exists()
    assert not StoredFile.objects.exists()


def test_what_was_typed_survives_an_expired_sign_in(client: Client) -> None:
    address = begin(client)
    session = client.session
    person = session["person"]
    session["person"] = person | {"seen_at": "2026-06-01T00:00:00+00:00"}
    session.save()
    answer = client.post(address + "sections/child", CHILD | {"name": "Kept Name"})
    assert answer.status_code == 401
    assert "What you typed is kept" in answer.content.decode()
    session = client.session
    session["person"] = person
    session.save()
    assert 'value="Kept Name"' in client.get(address + "sections/child").content.decode()


def test_a_register_that_does_not_answer_is_waited_for_once(client: Client, registers: FakeExchange) -> None:
    address = begin(client)
    silence(registers, PERSONS)
    session_calls = len(registers.calls)
    client.post(address + "sections/child", CHILD | {"other_known": "yes"})
    asked = [one for one in registers.calls[session_calls:] if one.service == PERSONS]
    assert len(asked) <= 1
