"""Answers that are lost: what was done is found again, however late the job gets through."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from saola_exchange.client import ExchangeUnavailable
from saola_platform.cases import intake
from saola_platform.cases.actions import Choice, decide
from saola_platform.cases.errors import OperationFailed
from saola_platform.cases.models import Dossier, Official

from .world import MORNING, PORTAL, OneStop, application, work


@pytest.fixture
def dossier(onestop: OneStop) -> Dossier:
    """A dossier that waits for its first decision."""
    submission = uuid.uuid4()
    container = application(submission=submission, destination=onestop.organisation)
    return intake.take_in(container=container, submission_id=str(submission), portal=PORTAL, at=MORNING).dossier


def decided(dossier: Dossier, official: Official, outcome: str) -> None:
    """The official decides; the work that follows is not done yet."""
    dossier.refresh_from_db()
    step = dossier.steps.get(closed_at__isnull=True, kind="user")
    choice = Choice(dossier.code, step.pk, dossier.version, outcome, signed=b"%PDF signed")
    decide(official=official, choice=choice, at=MORNING)


def lose_answers_of(onestop: OneStop, register: str) -> Any:
    """The register does what it is told and nobody hears of it; calling the result ends that."""
    honest = onestop.peers.call

    def does_and_is_not_heard(**arguments: Any) -> Any:
        answer = honest(**arguments)
        if arguments["service"].endswith(f"/{register}"):
            raise ExchangeUnavailable(code="server.timeout", message="the answer was lost")
        return answer

    onestop.peers.call = does_and_is_not_heard  # type: ignore[method-assign]
    return lambda: setattr(onestop.peers, "call", honest)


def test_an_entry_whose_answer_was_lost_before_midnight_is_the_same_entry_after_it(
    onestop: OneStop, dossier: Dossier
) -> None:
    decided(dossier, onestop.officer, "grant")
    work(at=MORNING)
    decided(dossier, onestop.leader, "approve")
    heard_again = lose_answers_of(onestop, "births")
    with pytest.raises(OperationFailed):
        work(at=MORNING)
    heard_again()
    work(at=MORNING + timedelta(days=1))
    dossier.refresh_from_db()
    assert dossier.status == Dossier.Status.GRANTED
    assert len(onestop.peers.records["births"]) == 1
