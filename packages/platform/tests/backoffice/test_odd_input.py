"""What no form of ours sends: it is refused or not found, and never a defect."""

from __future__ import annotations

import pytest
from saola_platform.cases.models import Decision

from .desk import Desk

HUGE = "9" * 40


@pytest.mark.parametrize("version", ["²", "-1", "1e3", HUGE, "x", "", "１"])
def test_a_version_that_is_none_is_out_of_date(desk: Desk, version: str) -> None:
    address = f"/dossiers/{desk.dossier.code}/steps/{desk.step().pk}/decision"
    known = version == "１" and desk.dossier.version == 1  # a figure of another script is a figure
    answer = desk.officer.post(address, {"outcome": "grant", "version": version})
    assert answer.status_code == (302 if known else 409)
    assert Decision.objects.exists() == known


@pytest.mark.parametrize(
    "tail",
    [f"attachments/{HUGE}", "attachments/99", "documents/nothing.pdf", f"documents/{HUGE}.pdf", "attachments/-1"],
)
def test_a_file_that_is_not_there_is_not_found(desk: Desk, tail: str) -> None:
    assert desk.officer.get(f"/dossiers/{desk.dossier.code}/{tail}").status_code == 404


@pytest.mark.parametrize("tail", [f"steps/{HUGE}/decision", f"steps/{HUGE}/retry", "steps/0/decision"])
def test_a_step_that_is_not_there_is_not_found(desk: Desk, tail: str) -> None:
    answer = desk.officer.post(f"/dossiers/{desk.dossier.code}/{tail}", {"outcome": "grant", "version": "1"})
    assert answer.status_code == 404


@pytest.mark.parametrize("query", ["state=%F0%9F%92%A9", f"page={HUGE}", "page=-1", "page=x", "q=" + "%25" * 3000])
def test_an_odd_question_to_the_queue_is_answered(desk: Desk, query: str) -> None:
    assert desk.officer.get(f"/?{query}").status_code == 200
