"""What is signed is sent, once, until it is answered; whatever dies in between."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from saola_exchange.client import ExchangeUnavailable, FakeExchange
from saola_platform.kernel import clock
from saola_platform.notifications.models import Notice
from saola_platform.portal import tasks
from saola_platform.portal.dossiers.outbox import LONGEST_WAIT, wait_after
from saola_platform.portal.models import Draft, Submission
from saola_trust.containers import read_asice, validate
from saola_trust.services.fakes import FakeTrust

from .conftest import AT, DOSSIERS, ISSUER, OWNER, RECEIPT, FakeIdentity, begin, fill, receipt, signed_in_client


@pytest.fixture
def address(client: Client, identity: FakeIdentity) -> str:
    """A complete application, ready to be signed."""
    del identity
    found = begin(client)
    fill(client, found)
    return found


@pytest.fixture
def signed(client: Client, address: str, identity: FakeIdentity) -> uuid.UUID:
    """The id of an application that was signed."""
    client.post(address + "sign")
    identity.person_signs()
    client.get(address + "signed")
    return Submission.objects.get().id


def hand_over(submission: uuid.UUID) -> bool:
    """What the job does; True when the one-stop has answered."""
    try:
        tasks.hand_over_submission(submission_id=str(submission))
    except tasks.NotYetAnswered:
        return False
    return True


def test_signing_leads_to_the_identity_service_with_every_document(
    client: Client, address: str, identity: FakeIdentity
) -> None:
    answer = client.post(address + "sign")
    assert answer["Location"] == f"{ISSUER}/sign/r1?ui_locales=en"
    names = [one["name"] for one in identity.asked[0]["documents"]]
    assert names[0] == "application.json"
    assert names[1].startswith("attachments/")
    assert identity.asked[0]["title"] == "Application: Register a birth"
    assert identity.asked[0]["return_url"] == "http://testserver" + address + "signed"


def test_what_is_signed_says_where_each_value_came_from(client: Client, address: str, signed: uuid.UUID) -> None:
    record = json.loads(read_asice(container_of(client, signed)).documents[0].content)
    assert record["format"] == "saola-application/1"
    assert record["submission_id"] == str(signed)
    assert record["applicant"] == {"personal_number": OWNER, "full_name": "Example Person"}
    assert record["destination"] == "A1.1"
    assert record["answers"]["child.weight"] == 3200
    assert record["answers"]["child.other_known"] is False
    named = {one["field"]: one for one in record["prefilled"]}
    assert named["about.name"]["register"] == "persons"
    assert named["about.name"]["organisation"] == "A1"
    assert named["about.name"]["changed"] is False
    assert named["about.name"]["message_id"].startswith("EX-DEMO-")
    assert record["attachments"][0]["id"] == "notice"


def container_of(client: Client, submission: uuid.UUID) -> bytes:
    return bytes(client.get(f"/dossiers/{submission}/application").content)


def test_the_container_proves_itself(client: Client, signed: uuid.UUID, fabric: FakeTrust) -> None:
    report = validate(container_of(client, signed), trusted=fabric.trusted, at=AT + timedelta(days=1))
    assert report.verdict == "valid"
    assert report.signatures[0].level == "LT"


def test_signature_submission_and_job_come_together(signed: uuid.UUID) -> None:
    assert Submission.objects.get().state == "sending"
    job = ProcrastinateJob.objects.get(task_name="portal.hand_over_submission")
    assert job.args == {"submission_id": str(signed)}


def test_coming_back_twice_submits_once(client: Client, address: str, signed: uuid.UUID) -> None:
    assert client.get(address + "signed")["Location"] == f"/dossiers/{signed}/"
    assert client.post(address + "sign")["Location"] == f"/dossiers/{signed}/"
    assert Submission.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name="portal.hand_over_submission").count() == 1


def test_who_refuses_to_sign_keeps_the_application(client: Client, address: str, identity: FakeIdentity) -> None:
    client.post(address + "sign")
    identity.person_refuses()
    page = client.get(address + "signed", follow=True).content.decode()
    assert "You did not sign" in page
    assert not Submission.objects.exists()
    assert not Draft.objects.get().sent


def test_a_signature_that_was_not_given_sends_nothing(client: Client, address: str) -> None:
    client.post(address + "sign")
    page = client.get(address + "signed", follow=True).content.decode()
    assert "not given in time" in page
    assert not Submission.objects.exists()


def test_an_identity_service_that_is_down_costs_nothing(client: Client, address: str, fake_peers: Any) -> None:
    fake_peers.answers(method="GET", url=f"{ISSUER}/api/signing-credentials", status=503, body={})
    page = client.post(address + "sign", follow=True).content.decode()
    assert "does not answer" in page
    assert not Draft.objects.get().sent


def test_after_signing_nothing_can_be_changed(client: Client, address: str, signed: uuid.UUID) -> None:
    before = Draft.objects.values().get()
    assert client.post(address + "sections/about", {"name": "Other"}).headers["Location"] == f"/dossiers/{signed}/"
    assert client.post(address + "discard").headers["Location"] == f"/dossiers/{signed}/"
    assert Draft.objects.values().get() == before


@pytest.mark.parametrize("part", ["", "sections/about", "papers", "review", "discard", "sign"])
def test_going_back_to_a_page_of_what_was_sent_leads_to_the_dossier(
    client: Client, address: str, signed: uuid.UUID, part: str
) -> None:
    assert client.get(address + part, follow=True).redirect_chain[-1][0] == f"/dossiers/{signed}/"


def test_an_address_that_takes_a_form_leads_to_the_page_of_the_form(client: Client, address: str) -> None:
    assert client.get(address + "sign").headers["Location"] == address + "review"
    assert client.get(address + "papers/proof/add").headers["Location"] == address + "papers"
    assert client.put(address + "sign").status_code == 405


def test_while_it_is_on_its_way_the_page_says_so_and_refreshes_itself(client: Client, signed: uuid.UUID) -> None:
    page = client.get(f"/dossiers/{signed}/").content.decode()
    assert "On its way" in page
    assert 'http-equiv="refresh"' in page
    part = client.get(f"/dossiers/{signed}/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="sending"')


def test_the_container_is_handed_over_with_everything_that_makes_it_repeatable(
    client: Client, signed: uuid.UUID, registers: FakeExchange
) -> None:
    registers.answers(method="POST", service=DOSSIERS, path="/dossiers", status=201, body=receipt())
    assert hand_over(signed)
    call = registers.calls[-1]
    assert call.idempotency_key == str(signed)
    assert call.content_type == "application/vnd.etsi.asic-e+zip"
    assert call.purpose == "procedure:1.001"
    assert call.data_subject == OWNER
    assert call.body == container_of(client, signed)


def test_the_receipt_shows_code_deadline_qr_and_pdf(client: Client, signed: uuid.UUID, registers: FakeExchange) -> None:
    registers.answers(method="POST", service=DOSSIERS, status=201, body=receipt())
    hand_over(signed)
    page = client.get(f"/dossiers/{signed}/").content.decode()
    assert "A1.1-260601-0001" in page
    assert "data:image/svg+xml" in page
    assert "Result due by" in page
    assert client.get(f"/dossiers/{signed}/receipt").content == RECEIPT
    assert client.get("/dossiers/by-code/A1.1-260601-0001/")["Location"] == f"/dossiers/{signed}/"
    assert "Small Child" in page
    fresh = client.get(f"/dossiers/{signed}/", headers={"HX-Request": "true"})
    assert fresh["HX-Refresh"] == "true"


def test_the_person_is_told_once_however_often_the_job_runs(signed: uuid.UUID, registers: FakeExchange) -> None:
    registers.answers(method="POST", service=DOSSIERS, status=201, body=receipt())
    for _ in range(3):
        assert hand_over(signed)
    assert Notice.objects.filter(person=OWNER, kind="dossier-received").count() == 1
    assert sum(call.service == DOSSIERS for call in registers.calls) == 1


def test_a_one_stop_that_is_down_is_tried_again_until_it_answers(
    client: Client, signed: uuid.UUID, registers: FakeExchange
) -> None:
    down = ExchangeUnavailable(code="server.serverproxy.network_error", message="down", message_id="m")
    registers.fails(method="POST", service=DOSSIERS, error=down)
    for _ in range(3):
        assert not hand_over(signed)
    row = Submission.objects.get()
    assert (row.state, row.attempts) == ("sending", 3)
    assert row.next_attempt_at == AT + timedelta(seconds=8)
    assert "3 attempts" in client.get(f"/dossiers/{signed}/").content.decode()
    registers.answers(method="POST", service=DOSSIERS, status=201, body=receipt())
    assert hand_over(signed)


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500, 502, 503])
def test_answers_that_mean_not_now_are_no_refusal(signed: uuid.UUID, registers: FakeExchange, status: int) -> None:
    registers.answers(method="POST", service=DOSSIERS, status=status, body={"detail": "later"})
    assert not hand_over(signed)


@pytest.mark.parametrize("body", [b"", b"[]", {"status": "received"}, {"dossier_code": "X", "received_at": "soon"}])
def test_an_answer_without_a_receipt_is_no_answer(signed: uuid.UUID, registers: FakeExchange, body: object) -> None:
    registers.answers(method="POST", service=DOSSIERS, status=201, body=body)
    assert not hand_over(signed)


def test_a_refusal_is_final_and_shown_in_the_one_stop_s_words(
    client: Client, signed: uuid.UUID, registers: FakeExchange
) -> None:
    words = {"code": "cases.signature_invalid", "detail": "The signature is not the applicant's."}
    registers.answers(method="POST", service=DOSSIERS, status=422, body=words)
    assert hand_over(signed)
    page = client.get(f"/dossiers/{signed}/").content.decode()
    assert "could not take your application" in page
    assert "The signature is not the applicant&#x27;s." in page
    assert Notice.objects.filter(kind="dossier-not-taken").count() == 1


def test_a_job_that_died_is_found_by_the_sweep(signed: uuid.UUID, registers: FakeExchange) -> None:
    ProcrastinateJob.objects.all()
    registers.answers(method="POST", service=DOSSIERS, status=201, body=receipt())
    assert tasks.sweep() == 0
    with clock.fixed(AT + timedelta(minutes=1)):
        assert tasks.sweep() == 1
        assert tasks.sweep() == 0
    assert Submission.objects.get().dossier_code == "A1.1-260601-0001"


def test_one_that_cannot_be_handed_over_keeps_no_other_waiting(signed: uuid.UUID, registers: FakeExchange) -> None:
    registers.answers(method="POST", service=DOSSIERS, status=201, body=receipt())
    whole = Submission.objects.get()
    earlier = whole.next_attempt_at - timedelta(hours=1)
    damaged = Submission.objects.get()
    damaged.pk, damaged.container, damaged.next_attempt_at = uuid.UUID(int=0), uuid.uuid4(), earlier
    damaged.save(force_insert=True)
    with clock.fixed(AT + timedelta(minutes=1)):
        assert tasks.sweep() == 2
    assert Submission.objects.get(pk=whole.pk).state == "received"
    assert Submission.objects.get(pk=damaged.pk).state == "sending"


def test_waits_grow_and_stay_bearable() -> None:
    waits = [wait_after(n) for n in range(1, 60)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=2)
    assert waits[-1] == LONGEST_WAIT


def test_another_person_sees_neither_dossier_nor_container(client: Client, signed: uuid.UUID) -> None:
    stranger = signed_in_client(number="P000002")
    for path in ("", "application", "receipt", "complete"):
        assert stranger.get(f"/dossiers/{signed}/{path}").status_code == 404


def test_the_list_shows_drafts_and_dossiers(client: Client, signed: uuid.UUID) -> None:
    begin(client)
    page = client.get("/dossiers/").content.decode()
    assert page.count('data-testid="draft"') == 1
    assert page.count('data-testid="dossier"') == 1


def test_notices_go_by_e_mail_to_the_address_given_at_signing(
    client: Client, address: str, identity: FakeIdentity, registers: FakeExchange
) -> None:
    from saola_platform.notifications.models import Mail

    client.post(address + "sign", {"email": "me@example.org"})
    identity.person_signs()
    client.get(address + "signed")
    registers.answers(method="POST", service=DOSSIERS, status=201, body=receipt())
    hand_over(Submission.objects.get().id)
    assert Mail.objects.get().address == "me@example.org"
    begin(client)
    assert Draft.objects.get(sent=False).email == "me@example.org"


def test_an_address_that_is_none_is_refused_before_signing(client: Client, address: str) -> None:
    page = client.post(address + "sign", {"email": "me at home"})
    assert page.status_code == 422
    assert 'value="me at home"' in page.content.decode()
    assert 'href="#id_email"' in page.content.decode()
