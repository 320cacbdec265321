"""Events, completions and results arrive once, from the right organisation only, and are shown in full."""

from __future__ import annotations

import hashlib
import json
import uuid
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from saola_exchange.client import FakeExchange
from saola_platform.kernel.services import Caller
from saola_platform.notifications.models import Notice
from saola_platform.portal import tasks
from saola_platform.portal.models import Completion, DossierEvent, StoredResult, Submission
from saola_trust.containers import read_asice
from saola_trust.services.fakes import FakeTrust

from .conftest import AT, DOSSIERS, OWNER, FakeIdentity, signed_in_client
from .papers import PDF

CODE = "A1.1-260601-0001"


@pytest.fixture
def submission(client: Client) -> Submission:
    """A dossier that the one-stop has received."""
    from saola_platform.documents import api as documents

    del client
    stored = documents.keep_own(owner=OWNER, name="a.asice", media_type="application/zip", content=b"x", at=AT)
    return Submission.objects.create(
        id=uuid.uuid4(),
        owner=OWNER,
        procedure="1.001",
        language="en",
        destination="A1.1",
        application={"answers": {"about.email": "me@example.org", "child.name": "Small Child"}, "attachments": []},
        container=stored.id,
        state="received",
        next_attempt_at=AT,
        signed_at=AT,
        dossier_code=CODE,
        received_at=AT,
        due_at=AT + timedelta(hours=9),
        status="received",
        authority={"code": "A1.1", "name": {"en": "Ward of A"}},
    )


def event(submission: Submission, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": str(uuid.uuid4()),
        "dossier_code": CODE,
        "submission_id": str(submission.id),
        "type": "in-progress",
        "status": "in-progress",
        "at": "2026-06-01T11:00:00+07:00",
        "text": {"en": "Your dossier is being examined"},
        "message": None,
        "due_at": None,
        "organisation": {"code": "A1.1", "name": {"en": "Ward of A"}},
        "person": {"name": "Official Example", "role": {"en": "registrar"}},
    } | changes


def asking(submission: Submission, **changes: Any) -> dict[str, Any]:
    words = {"type": "completion-requested", "status": "completion-requested", "text": {"en": "Something is missing"}}
    return event(submission, message="Please send page 2.", at="2026-06-01T12:00:00+07:00", **words, **changes)


class OneStop:
    """The one-stop, calling through the portal's own gateway."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers | {"X-Road-Client": "EX-DEMO/GOV/A1/onestop"}
        self.browser = Client(headers={"Host": "testserver"})

    def post(self, path: str, body: object) -> Any:
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        address = f"/services/dossier-events/{path}"
        return self.browser.post(address, data, content_type="application/json", headers=self.headers)


@pytest.fixture
def onestop(gateway_headers: dict[str, str]) -> OneStop:
    return OneStop(gateway_headers)


def test_an_event_is_taken_once_and_told_once(submission: Submission, onestop: OneStop) -> None:
    body = event(submission)
    assert [onestop.post("events", body).status_code for _ in range(3)] == [201, 200, 200]
    assert DossierEvent.objects.count() == 1
    assert Notice.objects.get().texts == {"en": "Register a birth: Your dossier is being examined"}


def test_a_step_shows_agency_person_and_time(client: Client, submission: Submission, onestop: OneStop) -> None:
    onestop.post("events", event(submission, message="I am reading it."))
    page = client.get(f"/dossiers/{submission.id}/").content.decode()
    for words in ("being examined", "Ward of A", "Official Example, registrar", "I am reading it."):
        assert words in page


def test_a_step_that_only_repeats_the_last_is_kept_but_not_told_again(
    client: Client, submission: Submission, onestop: OneStop
) -> None:
    leader = {"name": "Leader Example", "role": {"en": "leader"}}
    onestop.post("events", event(submission))
    onestop.post("events", event(submission, at="2026-06-01T11:10:00+07:00", person=leader))
    assert (DossierEvent.objects.count(), Notice.objects.count()) == (2, 1)
    page = client.get(f"/dossiers/{submission.id}/").content.decode()
    assert page.count("Your dossier is being examined") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"message": "A word from me."},
        {"type": "decided", "status": "decided"},
        {"text": {"en": "It is at the leader's"}},
    ],
)
def test_a_step_that_tells_something_new_is_told(
    submission: Submission, onestop: OneStop, changes: dict[str, Any]
) -> None:
    onestop.post("events", event(submission))
    onestop.post("events", event(submission, at="2026-06-01T11:10:00+07:00", **changes))
    assert Notice.objects.count() == 2


def test_the_same_step_after_another_one_is_told_again(submission: Submission, onestop: OneStop) -> None:
    onestop.post("events", event(submission))
    onestop.post("events", asking(submission))
    onestop.post("events", event(submission, at="2026-06-01T13:00:00+07:00"))
    assert Notice.objects.count() == 3


def test_a_late_event_changes_the_timeline_not_the_state(submission: Submission, onestop: OneStop) -> None:
    decided = event(submission, type="decided", status="decided", at="2026-06-01T15:00:00+07:00")
    onestop.post("events", decided)
    onestop.post("events", event(submission))
    submission.refresh_from_db()
    assert submission.status == "decided"
    assert [one.type for one in submission.events.all()] == ["in-progress", "decided"]


@pytest.mark.parametrize(
    "changes",
    [
        {"event_id": "no-uuid"},
        {"type": "invented"},
        {"type": None},
        {"at": "yesterday"},
        {"at": "2026-06-01T11:00:00"},
        {"at": "2026-99-99T11:00:00Z"},
        {"text": {}},
        {"text": {"en": 5}},
        {"text": "plain"},
        {"organisation": None},
        {"person": "somebody"},
        {"message": 7},
        {"due_at": "soon"},
        {"submission_id": 12},
    ],
)
def test_an_event_of_another_shape_is_refused_by_name(
    submission: Submission, onestop: OneStop, changes: dict[str, Any]
) -> None:
    answer = onestop.post("events", event(submission, **changes))
    assert answer.status_code == 400
    assert next(iter(changes)) in answer.json()["detail"]
    assert not DossierEvent.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b'{"event_id":'])
def test_a_body_that_is_no_object_is_refused(submission: Submission, onestop: OneStop, body: bytes) -> None:
    assert onestop.post("events", body).status_code == 400


def test_only_the_own_gateway_may_call(submission: Submission, onestop: OneStop) -> None:
    onestop.headers["X-Saola-Gateway-Token"] = "guessed"
    assert onestop.post("events", event(submission)).status_code == 401


def test_another_organisation_cannot_write_into_a_dossier(submission: Submission, onestop: OneStop) -> None:
    onestop.headers["X-Road-Client"] = "EX-DEMO/GOV/G22/onestop"
    assert onestop.post("events", event(submission)).status_code == 404
    assert onestop.post("results", result(submission)).status_code == 404


def test_an_unknown_submission_and_another_code_are_refused(submission: Submission, onestop: OneStop) -> None:
    assert onestop.post("events", event(submission, submission_id=str(uuid.uuid4()))).status_code == 404
    assert onestop.post("events", event(submission, dossier_code="other")).status_code == 404


def test_a_request_to_complete_shows_the_official_s_words_and_the_way(
    client: Client, submission: Submission, onestop: OneStop
) -> None:
    onestop.post("events", asking(submission))
    page = client.get(f"/dossiers/{submission.id}/").content.decode()
    assert "Please send page 2." in page
    assert f"/dossiers/{submission.id}/complete" in page
    assert "Waiting for you" in page


def test_while_the_answer_is_awaited_the_time_stands(client: Client, submission: Submission, onestop: OneStop) -> None:
    words, address = "The time stands still until your answer comes", f"/dossiers/{submission.id}/"
    due = 'Result due by</dt><dd class="govuk-summary-list__value"><strong>'
    assert due in client.get(address).content.decode()
    onestop.post("events", asking(submission))
    page = client.get(address).content.decode()
    assert words in page
    assert due not in page
    assert words in client.get("/dossiers/").content.decode()
    onestop.post("events", event(submission, at="2026-06-01T13:00:00+07:00", due_at="2026-06-02T10:00:00+07:00"))
    page = client.get(address).content.decode()
    assert words not in page
    assert due in page


def test_a_request_that_names_a_day_stops_no_time(client: Client, submission: Submission, onestop: OneStop) -> None:
    onestop.post("events", asking(submission) | {"due_at": "2026-06-05T10:00:00+07:00"})
    page = client.get(f"/dossiers/{submission.id}/").content.decode()
    assert "Answer by" in page
    assert "The time stands still" not in page


def test_without_a_request_there_is_nothing_to_complete(client: Client, submission: Submission) -> None:
    assert client.get(f"/dossiers/{submission.id}/complete").status_code == 302
    assert client.post(f"/dossiers/{submission.id}/complete/files").status_code == 404


def complete(client: Client, submission: Submission, identity: FakeIdentity) -> Completion:
    address = f"/dossiers/{submission.id}/complete"
    client.post(address + "/files", {"file": SimpleUploadedFile("page 2.pdf", PDF)})
    client.post(address, {"message": "Here it is."})
    identity.person_signs()
    client.get(address + "/signed")
    return Completion.objects.get()


def test_an_answer_is_signed_and_handed_over_like_the_application(
    client: Client, submission: Submission, onestop: OneStop, identity: FakeIdentity, registers: FakeExchange
) -> None:
    onestop.post("events", asking(submission))
    row = complete(client, submission, identity)
    assert row.state == "sending"
    answer = {"status": "in-progress", "due_at": "2026-06-02T10:00:00+07:00"}
    path = f"/dossiers/{CODE}/completions"
    registers.answers(method="POST", service=DOSSIERS, path=path, status=201, body=answer)
    tasks.hand_over_completion(completion_id=str(row.id))
    call = registers.calls[-1]
    container = read_asice(call.body or b"")
    record = json.loads(container.documents[0].content)
    assert container.documents[0].name == "completion.json"
    assert record["message"] == "Here it is."
    assert record["dossier_code"] == CODE
    assert len(record["attachments"]) == 1
    assert call.idempotency_key == str(row.id)
    submission.refresh_from_db()
    assert submission.status == "in-progress"
    assert client.get(f"/dossiers/{submission.id}/complete").status_code == 302


def test_an_empty_answer_is_not_signed(client: Client, submission: Submission, onestop: OneStop) -> None:
    onestop.post("events", asking(submission))
    page = client.post(f"/dossiers/{submission.id}/complete", {"message": "  "})
    assert page.status_code == 422
    assert 'href="#id_message"' in page.content.decode()


def test_words_typed_beside_a_refused_file_stay(client: Client, submission: Submission, onestop: OneStop) -> None:
    onestop.post("events", asking(submission))
    address = f"/dossiers/{submission.id}/complete"
    assert client.post(address, {"message": "Half a sentence", "action": "later"}).status_code == 302
    page = client.post(address + "/files", {"file": SimpleUploadedFile("x.exe", b"MZ")})
    assert page.status_code == 415
    assert "Half a sentence" in page.content.decode()


@pytest.mark.parametrize("way", ["", "/files", "/files/{number}/remove"])
def test_whatever_is_pressed_the_answer_and_the_chosen_file_stay(
    client: Client, submission: Submission, onestop: OneStop, way: str
) -> None:
    onestop.post("events", asking(submission))
    address = f"/dossiers/{submission.id}/complete"
    client.post(address + "/files", {"file": SimpleUploadedFile("page 2.pdf", PDF)})
    first = Completion.objects.get().attachments.get()
    sent = {"message": "Half a sentence", "action": "later", "file": SimpleUploadedFile("page 3.pdf", PDF)}
    assert client.post(address + way.format(number=first.pk), sent).status_code == 302
    page = client.get(address).content.decode()
    assert "Half a sentence" in page
    assert "page 3.pdf" in page
    assert ("page 2.pdf" in page) is ("remove" not in way)


def test_the_answer_and_its_files_are_one_form(client: Client, submission: Submission, onestop: OneStop) -> None:
    onestop.post("events", asking(submission))
    client.post(f"/dossiers/{submission.id}/complete/files", {"file": SimpleUploadedFile("page 2.pdf", PDF)})
    page = client.get(f"/dossiers/{submission.id}/complete").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count("<form") == 1
    assert f'formaction="/dossiers/{submission.id}/complete/files"' in main


def result(submission: Submission, **changes: Any) -> dict[str, Any]:
    return {
        "result_id": str(uuid.uuid4()),
        "dossier_code": CODE,
        "submission_id": str(submission.id),
        "subject": OWNER,
        "title": {"en": "Birth certificate"},
        "media_type": "application/pdf",
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "content": b64encode(PDF).decode(),
        "valid_from": "2026-06-01",
    } | changes


def test_a_result_lands_in_the_store_once(client: Client, submission: Submission, onestop: OneStop) -> None:
    body = result(submission)
    assert [onestop.post("results", body).status_code for _ in range(2)] == [201, 200]
    stored = StoredResult.objects.get()
    assert "Birth certificate" in client.get("/my-documents/").content.decode()
    answer = client.get(f"/results/{stored.result_id}/file")
    assert answer.content == PDF
    assert Notice.objects.filter(kind="result-arrived").count() == 1


def test_a_result_shows_its_digest_and_what_its_signatures_are_worth(
    client: Client, submission: Submission, onestop: OneStop, fabric: FakeTrust
) -> None:
    onestop.post("results", result(submission))
    page = client.get(f"/results/{StoredResult.objects.get().result_id}/").content.decode()
    assert hashlib.sha256(PDF).hexdigest() in page
    assert 'data-verdict="nothing_signed"' in page


def test_without_the_trusted_list_nothing_is_called_valid(
    client: Client, submission: Submission, onestop: OneStop
) -> None:
    onestop.post("results", result(submission))
    page = client.get(f"/results/{StoredResult.objects.get().result_id}/").content.decode()
    assert 'data-verdict="unknown"' in page


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"sha256": "0" * 64}, 422),
        ({"content": "not base64!"}, 400),
        ({"content": ""}, 422),
        ({"subject": "P000002"}, 404),
        ({"title": {}}, 400),
        ({"result_id": "x"}, 400),
    ],
)
def test_a_result_that_is_not_right_is_not_kept(
    submission: Submission, onestop: OneStop, changes: dict[str, Any], status: int
) -> None:
    assert onestop.post("results", result(submission, **changes)).status_code == status
    assert not StoredResult.objects.exists()


def test_a_result_is_its_owner_s_only(client: Client, submission: Submission, onestop: OneStop) -> None:
    onestop.post("results", result(submission))
    stranger = signed_in_client(number="P000002")
    address = f"/results/{StoredResult.objects.get().result_id}/"
    assert stranger.get(address).status_code == 404
    assert stranger.get(address + "file").status_code == 404


def test_the_services_describe_themselves(onestop: OneStop) -> None:
    answer = onestop.browser.get("/services/dossier-events/openapi.json", headers=onestop.headers)
    assert set(answer.json()["paths"]) == {"/events", "/results"}


def test_the_caller_s_message_is_kept_with_the_event(submission: Submission, onestop: OneStop) -> None:
    onestop.post("events", event(submission))
    assert DossierEvent.objects.get().message_id == onestop.headers["X-Road-Id"]
    assert "message_id" in Caller.__slots__
