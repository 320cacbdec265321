"""The birth case from the application to the certificate in the applicant's documents."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta

import pytest
from saola_platform.cases import completions, intake, progress, running
from saola_platform.cases.actions import Choice, decide
from saola_platform.cases.errors import (
    ApplicationRefused,
    CompletionAlreadyRequested,
    NotWaiting,
    NotYourTask,
    OutcomeNotOffered,
    Overtaken,
    ReasonMissing,
    SubmissionConflict,
)
from saola_platform.cases.models import Dossier, Event, KeptDocument, Official, Step

from .world import MORNING, PORTAL, OneStop, answers, application, completion, work


def taken_in(onestop: OneStop, **changes: object) -> Dossier:
    submission = uuid.uuid4()
    container = application(submission=submission, destination=onestop.organisation, **changes)  # type: ignore[arg-type]
    taken = intake.take_in(container=container, submission_id=str(submission), portal=PORTAL, at=MORNING)
    assert taken.new
    return taken.dossier


def open_step(dossier: Dossier) -> Step:
    return dossier.steps.get(closed_at__isnull=True, kind="user")


def choose(
    onestop: OneStop, dossier: Dossier, official: Official, outcome: str, *, minutes: int, **more: object
) -> Dossier:
    dossier.refresh_from_db()
    choice = Choice(code=dossier.code, step=open_step(dossier).pk, version=dossier.version, outcome=outcome, **more)  # type: ignore[arg-type]
    decided = decide(official=official, choice=choice, at=MORNING + timedelta(minutes=minutes))
    work(at=MORNING + timedelta(minutes=minutes))
    decided.refresh_from_db()
    return decided


def certificate(dossier: Dossier) -> KeptDocument:
    found = dossier.documents.filter(name="certificate").order_by("-pk").first()
    assert found is not None
    return found


def test_a_birth_is_registered_signed_sealed_and_delivered(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    dossier = choose(onestop, dossier, onestop.officer, "grant", minutes=10)
    assert dossier.kept == {"child_number": "P-1"}
    assert certificate(dossier).form == "rendered"
    dossier = choose(onestop, dossier, onestop.leader, "approve", minutes=20, signed=b"%PDF signed")
    assert dossier.status == Dossier.Status.GRANTED
    assert [one.form for one in dossier.documents.order_by("pk")] == ["rendered", "signed", "sealed"]
    (result,) = onestop.peers.results.values()
    assert base64.b64decode(result["content"]) == b"%PDF signed\n%sealed"
    assert onestop.peers.records["births"]["B-1"]["data"]["child"] == "P-1"
    types = [one["type"] for one in onestop.peers.events]
    assert types == ["received", "in-progress", "decided", "result-ready"]
    assert onestop.peers.events[2]["person"] == {"name": "A Leader", "role": {"en": "Vice-chair"}}


def test_every_call_names_purpose_ground_subject_and_dossier(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    choose(onestop, dossier, onestop.officer, "grant", minutes=10)
    for call in onestop.peers.exchange.calls:
        assert call.purpose == "procedure:1.001193"
        assert call.legal_ground
        assert call.data_subject == dossier.applicant_number
        assert call.dossier == dossier.code
        assert call.idempotency_key


def test_the_same_submission_gives_the_same_answer_and_other_content_is_a_conflict(onestop: OneStop) -> None:
    submission = uuid.uuid4()
    container = application(submission=submission, destination=onestop.organisation)
    first = intake.take_in(container=container, submission_id=str(submission), portal=PORTAL, at=MORNING)
    again = intake.take_in(
        container=container, submission_id=str(submission), portal=PORTAL, at=MORNING + timedelta(hours=2)
    )
    assert first.new
    assert not again.new
    assert intake.answer_of(first.dossier) == intake.answer_of(again.dossier)
    other = application(submission=submission, destination=onestop.organisation, given=answers(child__full_name="A B"))
    with pytest.raises(SubmissionConflict):
        intake.take_in(container=other, submission_id=str(submission), portal=PORTAL, at=MORNING)


def test_the_receipt_is_a_pdf_and_the_answer_tells_code_and_deadline(onestop: OneStop) -> None:
    answer = intake.answer_of(taken_in(onestop))
    assert answer["dossier_code"] == f"{onestop.organisation}-261123-0001"
    assert answer["due_at"].startswith("2026-11-23T17")
    assert base64.b64decode(answer["receipt"]["content"]).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"procedure": "9.999999"}, "cannot be applied for"),
        ({"destination": "G22"}, "not competent"),
        ({"destination": "nowhere"}, "no organisation"),
        ({"applicant": {"personal_number": "000199000105", "full_name": "Somebody Else"}}, "not signed by"),
        ({"given": answers(child__sex="unknown")}, "child.sex"),
        ({"format": "saola-application/2"}, "format"),
        ({"attachments": []}, "does not name"),
        ({"submitted_at": "2026-12-01T00:00:00+07:00"}, "future"),
        ({"submission_id": str(uuid.uuid4())}, "not the submission id"),
    ],
)
def test_a_wrong_application_is_refused_and_takes_no_number(
    onestop: OneStop, changes: dict[str, object], named: str
) -> None:
    with pytest.raises(ApplicationRefused, match=named):
        send(**{"destination": onestop.organisation, **changes})
    assert not Dossier.objects.exists()
    assert taken_in(onestop).code.endswith("-0001")


def send(**changes: object) -> None:
    submission = uuid.uuid4()
    container = application(submission=submission, **changes)  # type: ignore[arg-type]
    intake.take_in(container=container, submission_id=str(submission), portal=PORTAL, at=MORNING)


def test_a_completion_stops_the_clock_once_and_starts_it_again(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    before = dossier.due_at
    dossier = choose(onestop, dossier, onestop.officer, "request-completion", minutes=60, reason="A clearer scan.")
    assert dossier.status == Dossier.Status.WAITING
    assert dossier.due_at is None
    asked = onestop.peers.events[-1]
    assert (asked["type"], asked["message"], asked["due_at"]) == ("completion-requested", "A clearer scan.", None)
    key, later = uuid.uuid4(), MORNING + timedelta(days=1)
    container = completion(dossier=dossier, key=key)
    reply, new = completions.complete(code=dossier.code, container=container, key=str(key), at=later)
    dossier.refresh_from_db()
    assert new
    assert dossier.status == Dossier.Status.IN_PROGRESS
    assert before is not None
    assert dossier.due_at is not None
    assert dossier.due_at > before
    assert completions.complete(code=dossier.code, container=container, key=str(key), at=later) == (reply, False)
    with pytest.raises(CompletionAlreadyRequested):
        choose(onestop, dossier, onestop.officer, "request-completion", minutes=1500, reason="Once more.")
    assert len(dossier.attachments) == 2


def test_a_completion_that_nobody_asked_for_or_that_another_signed_is_refused(onestop: OneStop) -> None:
    dossier, key = taken_in(onestop), uuid.uuid4()
    with pytest.raises(NotWaiting):
        completions.complete(
            code=dossier.code, container=completion(dossier=dossier, key=key), key=str(key), at=MORNING
        )
    dossier = choose(onestop, dossier, onestop.officer, "request-completion", minutes=5, reason="More.")
    stranger = completion(dossier=dossier, key=key, signer="000199000105")
    with pytest.raises(ApplicationRefused, match="not signed by the applicant"):
        completions.complete(code=dossier.code, container=stranger, key=str(key), at=MORNING)


def test_a_refusal_ends_with_its_reason_and_reserves_no_number(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    choose(onestop, dossier, onestop.officer, "refuse", minutes=5, reason="The child is registered already.")
    dossier = choose(onestop, dossier, onestop.leader, "confirm", minutes=9, reason="Registered elsewhere already.")
    assert dossier.status == Dossier.Status.REFUSED
    assert dossier.ended_at is not None
    assert "persons" not in onestop.peers.records
    last = onestop.peers.events[-1]
    assert (last["type"], last["message"]) == ("refused", "Registered elsewhere already.")


def test_a_returned_proposal_keeps_the_childs_number_and_corrects_its_record(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    choose(onestop, dossier, onestop.officer, "grant", minutes=5)
    choose(onestop, dossier, onestop.leader, "return", minutes=6, reason="The name is misspelt.")
    dossier.refresh_from_db()
    Dossier.objects.filter(pk=dossier.pk).update(answers={**dossier.answers, "child.full_name": "Bea Example B"})
    dossier = choose(onestop, dossier, onestop.officer, "grant", minutes=7)
    assert list(onestop.peers.records["persons"]) == ["P-1"]
    record = onestop.peers.records["persons"]["P-1"]
    assert (record["version"], record["data"]["full_name"]) == (2, "Bea Example B")
    assert open_step(dossier).official == onestop.leader


def test_only_the_role_of_the_lane_may_decide(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    with pytest.raises(NotYourTask):
        choose(onestop, dossier, onestop.leader, "grant", minutes=1)


def test_an_outcome_that_is_not_declared_or_lacks_reason_or_signature_is_refused(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    with pytest.raises(OutcomeNotOffered):
        choose(onestop, dossier, onestop.officer, "approve", minutes=1)
    with pytest.raises(ReasonMissing):
        choose(onestop, dossier, onestop.officer, "refuse", minutes=1, reason="  ")
    choose(onestop, dossier, onestop.officer, "grant", minutes=1)
    with pytest.raises(OutcomeNotOffered, match="signature"):
        choose(onestop, dossier, onestop.leader, "approve", minutes=1)


def test_a_decision_sent_twice_counts_once_and_a_colleague_learns_who_was_faster(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    choice = Choice(code=dossier.code, step=open_step(dossier).pk, version=dossier.version, outcome="grant")
    decide(official=onestop.officer, choice=choice, at=MORNING)
    decide(official=onestop.officer, choice=choice, at=MORNING)
    assert Step.objects.filter(node="reserve-number").count() == 1
    colleague = Official.objects.create(
        personal_number="000", name="B", organisation=onestop.organisation, roles=["civil-status-officer"]
    )
    with pytest.raises(Overtaken, match="An Officer"):
        decide(official=colleague, choice=choice, at=MORNING)


def test_a_page_that_is_out_of_date_decides_nothing(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    choice = Choice(code=dossier.code, step=open_step(dossier).pk, version=dossier.version - 1, outcome="grant")
    with pytest.raises(Overtaken):
        decide(official=onestop.officer, choice=choice, at=MORNING)


def test_events_wait_in_order_while_the_portal_is_away(onestop: OneStop) -> None:
    onestop.peers.down.add("dossier-events")
    dossier = taken_in(onestop)
    with pytest.raises(Exception, match="does not answer"):
        choose(onestop, dossier, onestop.officer, "refuse", minutes=5, reason="No.")
    assert Event.objects.filter(delivered_at__isnull=False).count() == 0
    onestop.peers.down.clear()
    work(at=MORNING)
    work(at=MORNING)
    assert [one["type"] for one in onestop.peers.events] == ["received", "in-progress"]


def test_a_named_person_has_each_open_step(onestop: OneStop) -> None:
    assert open_step(taken_in(onestop)).official == onestop.officer


def test_a_job_that_ran_already_does_nothing(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    choose(onestop, dossier, onestop.officer, "grant", minutes=5)
    calls = len(onestop.peers.exchange.calls)
    for step in dossier.steps.filter(kind="service"):
        running.run_operation(step=step.pk, at=MORNING)
    assert len(onestop.peers.exchange.calls) == calls


class Killed(BaseException):
    """The process died here."""


def test_a_worker_killed_between_effect_and_record_repeats_with_the_same_key(onestop: OneStop) -> None:
    dossier = taken_in(onestop)
    choice = Choice(code=dossier.code, step=open_step(dossier).pk, version=dossier.version, outcome="grant")
    decide(official=onestop.officer, choice=choice, at=MORNING)
    honest = onestop.peers.call

    def dies(**arguments: object) -> object:
        honest(**arguments)
        raise Killed

    onestop.peers.call = dies  # type: ignore[method-assign,assignment]
    with pytest.raises(Killed):
        work(at=MORNING)
    onestop.peers.call = honest  # type: ignore[method-assign]
    work(at=MORNING)
    assert list(onestop.peers.records["persons"]) == ["P-1"]
    keys = {call.idempotency_key for call in onestop.peers.exchange.calls if call.service.endswith("/persons")}
    assert keys == {f"{dossier.code}:reserve-number"}
    dossier.refresh_from_db()
    assert open_step(dossier).node == "approve"


def test_a_worker_killed_after_the_record_goes_on_without_repeating_the_effect(onestop: OneStop) -> None:
    class DiesWhenAdvancing:
        def __init__(self) -> None:
            self.honest = progress.engine()

        def start(self, **arguments: object) -> object:
            return self.honest.start(**arguments)  # type: ignore[arg-type]

        def complete(self, **arguments: object) -> object:
            raise Killed

    dossier = taken_in(onestop)
    choice = Choice(code=dossier.code, step=open_step(dossier).pk, version=dossier.version, outcome="grant")
    decide(official=onestop.officer, choice=choice, at=MORNING)
    with progress.using(DiesWhenAdvancing()), pytest.raises(Killed):  # type: ignore[arg-type]
        work(at=MORNING)
    made = [call for call in onestop.peers.exchange.calls if call.service.endswith("/persons")]
    work(at=MORNING)
    assert [call for call in onestop.peers.exchange.calls if call.service.endswith("/persons")] == made
    assert len(made) == 1


def test_a_register_that_is_away_leaves_the_step_open_with_the_reason(onestop: OneStop) -> None:
    onestop.peers.down.add("persons")
    dossier = taken_in(onestop)
    with pytest.raises(Exception, match="persons does not answer"):
        choose(onestop, dossier, onestop.officer, "grant", minutes=5)
    step = dossier.steps.get(node="reserve-number")
    assert step.closed_at is None
    assert "does not answer" in step.run.last_error
    onestop.peers.down.clear()
    work(at=MORNING)
    dossier.refresh_from_db()
    assert open_step(dossier).node == "approve"
