"""The pages of the desk, driven by plain HTTP as a browser without scripts does."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from saola_platform.cases import jobs
from saola_platform.cases.declarations import procedure_of
from saola_platform.cases.models import Decision, Dossier
from saola_platform.kernel import clock
from saola_platform.kernel.signin.gate import KEPT_KEY

from .desk import NOW, Desk


def test_somebody_who_is_not_signed_in_is_sent_to_sign_in(desk: Desk) -> None:
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?")


def test_somebody_who_does_not_work_here_is_told_so(desk: Desk) -> None:
    for address in ("/", f"/dossiers/{desk.dossier.code}", f"/dossiers/{desk.dossier.code}/receipt.pdf"):
        answer = desk.stranger.get(address)
        assert answer.status_code == 403
        assert "does not work here" in answer.content.decode()


def test_the_queue_names_person_task_and_deadline(desk: Desk) -> None:
    page = desk.officer.get("/").content.decode()
    assert desk.dossier.code in page
    assert "An Officer" in page
    assert 'data-colour="green"' in page
    assert "On time" in page
    assert "6 working hours left" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?mine=1", True),
        ("?role=leader", False),
        ("?role=civil-status-officer", True),
        ("?state=ended", False),
        ("?state=all&q=ann ex", True),
        ("?q=nobody", False),
        ("?q=-0001", True),
        ("?page=99&state=nonsense", True),
    ],
)
def test_the_queue_can_be_filtered_and_searched(desk: Desk, query: str, found: bool) -> None:
    page = desk.officer.get(f"/{query}").content.decode()
    assert (f'data-code="{desk.dossier.code}"' in page) is found


def test_the_queue_takes_the_same_number_of_queries_for_many_dossiers(
    desk: Desk, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        desk.officer.get("/")


def test_a_deadline_that_is_near_or_over_is_said_in_words_too(desk: Desk) -> None:
    for hours, words in ((6, "Due soon"), (30, "Overdue")):
        with clock.fixed(NOW + timedelta(hours=hours)):
            from .desk import browser_of

            at = NOW + timedelta(hours=hours)
            page = browser_of(desk.onestop.officer.personal_number, at=at).get("/").content.decode()
        assert words in page


def test_the_dossier_shows_each_answer_with_where_it_comes_from(desk: Desk) -> None:
    page = desk.page(desk.officer)
    assert "As in the register" in page
    assert "The register says: Second Ward" in page
    assert "XX-DEMO-read-1" in page
    assert "paper.pdf" in page


def test_granting_takes_one_click_and_the_leader_sees_the_certificate(desk: Desk) -> None:
    answer = desk.send(desk.officer, "grant")
    assert answer.status_code == 302
    desk.work()
    page = desk.page(desk.leader)
    assert f"/dossiers/{desk.dossier.code}/documents/certificate.pdf" in page
    paper = desk.leader.get(f"/dossiers/{desk.dossier.code}/documents/certificate.pdf")
    assert paper.content.startswith(b"%PDF-")
    assert paper["X-Frame-Options"] == "SAMEORIGIN"
    assert 'data-testid="decide-approve"' in page
    assert 'data-testid="decisions"' not in desk.page(desk.officer)


def test_a_form_sent_twice_decides_once(desk: Desk) -> None:
    step, version = desk.step().pk, desk.dossier.version
    address = f"/dossiers/{desk.dossier.code}/steps/{step}/decision"
    for _ in range(2):
        assert desk.officer.post(address, {"outcome": "grant", "version": version}).status_code == 302
    assert Decision.objects.count() == 1


def test_a_page_that_somebody_else_overtook_says_so_and_keeps_what_was_typed(desk: Desk) -> None:
    address = f"/dossiers/{desk.dossier.code}/steps/{desk.step().pk}/decision"
    answer = desk.officer.post(address, {"outcome": "refuse", "version": 0, "reason": "A long reason"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "has changed since you opened it" in page
    assert "A long reason" in page
    assert not Decision.objects.exists()


def test_a_refusal_without_a_reason_is_sent_back(desk: Desk) -> None:
    answer = desk.send(desk.officer, "refuse", reason="")
    assert answer.status_code == 400
    assert "Write a reason" in answer.content.decode()


def test_a_completion_names_papers_and_a_second_one_is_not_offered(desk: Desk) -> None:
    desk.send(desk.officer, "request-completion", reason="A better scan.", documents=["residence-proof"])
    desk.dossier.refresh_from_db()
    assert desk.dossier.status == Dossier.Status.WAITING
    assert desk.dossier.completion_requests.get().documents == ["residence-proof"]
    page = desk.page(desk.officer)
    assert "Clock stands" in page
    assert "Waiting for the applicant" in page


def test_a_refusal_ends_with_the_leaders_word(desk: Desk) -> None:
    desk.send(desk.officer, "refuse", reason="Registered already.")
    desk.work()
    desk.send(desk.leader, "confirm", reason="Registered already.")
    desk.work()
    assert desk.dossier.status == Dossier.Status.REFUSED
    assert "Refused" in desk.page(desk.officer)


def test_only_the_right_role_is_offered_and_may_send_a_decision(desk: Desk) -> None:
    assert 'data-testid="decisions"' not in desk.page(desk.leader)
    answer = desk.send(desk.leader, "grant")
    assert answer.status_code == 403
    assert "belongs to the role" in answer.content.decode()


def test_another_organisations_dossier_is_not_found(desk: Desk) -> None:
    Dossier.objects.filter(pk=desk.dossier.pk).update(organisation="H27.00.01")
    assert desk.officer.get(f"/dossiers/{desk.dossier.code}").status_code == 404


def test_each_file_stands_with_the_kind_of_paper_that_it_was_given_as(desk: Desk) -> None:
    kind = desk.dossier.attachments[0]["id"]
    listed = desk.page(desk.officer).partition('data-testid="attachments"')[2].partition("</ul>")[0]
    named = {one.id: one.name.in_("en") for one in procedure_of(desk.dossier).documents}
    assert f"{named[kind]}: " in html.unescape(listed)


def test_what_an_official_wrote_before_the_sign_in_lapsed_stands_in_the_form_again(desk: Desk) -> None:
    address = f"/dossiers/{desk.dossier.code}/steps/{desk.step().pk}/decision"
    fields = {"outcome": "refuse", "version": desk.dossier.version, "reason": "No such hospital."}
    session = desk.officer.session
    sub = f"sub-{desk.onestop.officer.personal_number}"
    session[KEPT_KEY] = {"path": address, "fields": urlencode(fields), "sub": sub}
    session.save()
    page = desk.officer.get(address, follow=True)
    assert page.redirect_chain == [(f"/dossiers/{desk.dossier.code}", 302)]
    assert "No such hospital." in page.content.decode()
    assert "No such hospital." not in desk.page(desk.officer)


def test_papers_and_the_application_can_be_opened(desk: Desk) -> None:
    paper = desk.officer.get(f"/dossiers/{desk.dossier.code}/attachments/0")
    assert paper.content == b"%PDF-1.4 a paper"
    assert paper["Content-Disposition"].startswith("inline")
    assert desk.officer.get(f"/dossiers/{desk.dossier.code}/attachments/7").status_code == 404
    whole = desk.officer.get(f"/dossiers/{desk.dossier.code}/application.asice")
    assert whole["Content-Disposition"].startswith("attachment")
    assert desk.officer.get(f"/dossiers/{desk.dossier.code}/receipt.pdf").content.startswith(b"%PDF-")


def test_the_tracking_page_shows_nobodys_data(desk: Desk) -> None:
    page = Client().get(f"/track/{desk.dossier.code}").content.decode()
    assert desk.dossier.code in page
    assert "In progress" in page
    assert desk.dossier.applicant_name not in page
    assert desk.dossier.applicant_number not in page


def test_a_failed_operation_is_shown_with_its_reason_and_can_be_tried_again(desk: Desk) -> None:
    desk.onestop.peers.down.add("persons")
    desk.send(desk.officer, "grant")
    with pytest.raises(Exception, match="does not answer"):
        desk.work()
    page = desk.page(desk.officer)
    assert "persons does not answer" in page
    assert 'data-testid="retry"' in page
    step = desk.dossier.steps.get(node="reserve-number")
    waiting = ProcrastinateJob.objects.filter(task_name=jobs.RUN_OPERATION, status="todo")
    assert waiting.count() == 1
    assert desk.officer.post(f"/dossiers/{desk.dossier.code}/steps/{step.pk}/retry").status_code == 302
    assert waiting.count() == 2


def test_text_that_people_typed_is_never_markup(desk: Desk) -> None:
    desk.send(desk.officer, "refuse", reason="<script>alert(1)</script>")
    page = desk.page(desk.leader)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_progress_shows_the_usual_way_and_the_turns_taken_beside_it(desk: Desk) -> None:
    def shown() -> list[tuple[str, str]]:
        return re.findall(r'data-node="([^"]+)" data-state="([^"]+)"', desk.page(desk.officer))

    assert [node for node, _ in shown()][:3] == ["examine", "reserve-number", "render-certificate"]
    assert shown()[0] == ("examine", "current")
    desk.send(desk.officer, "refuse", reason="No.")
    assert shown() == [("examine", "done"), ("approve-refusal", "current")]
