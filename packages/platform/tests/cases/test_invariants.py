"""What holds on every way through a case, in every country of this checkout; and codes under contention."""

from __future__ import annotations

import random
import threading
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction
from saola_platform.cases import completions, intake
from saola_platform.cases.actions import Choice, decide
from saola_platform.cases.errors import CompletionAlreadyRequested
from saola_platform.cases.models import CompletionRequest, DayCounter, Decision, Dossier
from saola_platform.cases.numbering import next_code

from .world import MORNING, PORTAL, OneStop, application, completion, loaded, work

COUNTRIES = sorted(folder.parent.name for folder in (Path(__file__).parents[4] / "countries").glob("*/country.yaml"))


@pytest.mark.parametrize("seed", range(12))
def test_every_way_ends_once_and_asks_at_most_once(onestop: OneStop, seed: int) -> None:
    chance, at = random.Random(seed), MORNING
    submission = uuid.uuid4()
    container = application(submission=submission, destination=onestop.organisation)
    dossier = intake.take_in(container=container, submission_id=str(submission), portal=PORTAL, at=at).dossier
    for _ in range(40):
        work(at=at)
        dossier.refresh_from_db()
        assert CompletionRequest.objects.filter(answered_at__isnull=True).count() <= 1
        assert (dossier.ended_at is not None) == (not dossier.steps.filter(closed_at__isnull=True).exists())
        # The clock stands only while the applicant is waited for; what was late before stays late.
        assert dossier.due_at is not None or dossier.status == Dossier.Status.WAITING
        if dossier.ended_at is not None:
            break
        at += timedelta(minutes=chance.randint(1, 600))
        _one_move(onestop, dossier, chance=chance, at=at)
    assert dossier.status in {Dossier.Status.GRANTED, Dossier.Status.REFUSED}
    ends = [one for one in onestop.peers.events if one["type"] in {"decided", "refused"}]
    assert len(ends) == 1
    assert [one.sequence for one in dossier.events.all()] == list(range(1, dossier.events.count() + 1))
    assert Decision.objects.filter(outcome="request-completion").count() <= 1
    assert len(onestop.peers.records.get("births", {})) == (dossier.status == Dossier.Status.GRANTED)
    assert len(onestop.peers.records.get("persons", {})) <= 1


def _one_move(onestop: OneStop, dossier: Dossier, *, chance: random.Random, at: Any) -> None:
    step = dossier.steps.get(closed_at__isnull=True)
    if step.role == "applicant":
        key = uuid.uuid4()
        container = completion(dossier=dossier, key=key, given={"child.hometown": f"Place {chance.randint(1, 9)}"})
        completions.complete(code=dossier.code, container=container, key=str(key), at=at)
        return
    official = onestop.officer if step.role in onestop.officer.roles else onestop.leader
    outcomes = [one.id for one in onestop.country.procedures[dossier.procedure].tasks[step.node].outcomes]
    choice = Choice(
        dossier.code, step.pk, dossier.version, chance.choice(outcomes), reason="Because.", signed=b"%PDF signed"
    )
    try:
        decide(official=official, choice=choice, at=at)
    except CompletionAlreadyRequested:
        assert choice.outcome == "request-completion"


@pytest.mark.parametrize(
    "name", [p.name for p in sorted((Path(__file__).parents[4] / "countries").iterdir()) if p.is_dir()]
)
def test_every_countrys_workflow_runs_to_each_of_its_ends(name: str) -> None:
    from saola_platform.cases.engine import SpiffEngine, read_model

    for procedure in loaded(name).procedures.values():
        if procedure.workflow_file is None:
            continue
        source = procedure.workflow_file.read_bytes()
        ends, waiting = set(), [(SpiffEngine().start(source=source, variables={}), 0)]
        while waiting:
            position, depth = waiting.pop()
            if position.ended:
                ends.add(position.end)
            for task in position.open if depth < 14 else ():
                outcomes = read_model(source).node(task.node).outcomes or ("done",)
                for outcome in outcomes if depth < 3 else outcomes[:1]:
                    following = SpiffEngine().complete(
                        state=position.state, task=task.id, variables={"outcome": outcome}
                    )
                    waiting.append((following, depth + 1))
        declared = {node.id for node in read_model(source).nodes if node.kind == "endEvent"}
        assert ends == declared


@pytest.mark.django_db(transaction=True)
def test_codes_given_at_the_same_moment_are_different_and_have_no_gaps() -> None:
    country, codes = loaded("vietnam"), []

    def take(*, refused: bool) -> None:
        try:
            with transaction.atomic():
                code = next_code(country=country, agency="H26.00.01", at=MORNING)
                if refused:
                    raise ApplicationLost
                codes.append(code)
        except ApplicationLost:
            pass
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=take, kwargs={"refused": number % 4 == 0}) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [f"H26.00.01-261123-{number:04d}" for number in range(1, 10)]
    assert DayCounter.objects.get().last == 9


class ApplicationLost(Exception):
    """The application was refused after it had a code."""
