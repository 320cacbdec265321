"""The desk of a one-stop for tests: signed-in browsers, a dossier, a clock that stands still."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.test import Client
from saola_platform.backoffice.navigation import items
from saola_platform.cases import intake
from saola_platform.cases.models import Dossier, Step
from saola_platform.kernel import clock, pages
from saola_platform.kernel.signin.person import SESSION_KEY, SignedInPerson, to_session

sys.path.insert(0, str(Path(__file__).parents[1]))
from cases.world import MORNING, PORTAL, OneStop, application, completion, one_stop_of, work

__all__ = ["NOW", "Desk", "browser_of", "completion", "desk_of"]
NOW = MORNING + timedelta(hours=1)


def browser_of(number: str, *, name: str = "Somebody", at: datetime = NOW) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    session = client.session
    person = SignedInPerson(
        sub=f"sub-{number}",
        personal_number=number,
        name=name,
        acr="high",
        signed_in_at=at.isoformat(),
        seen_at=at.isoformat(),
    )
    session[SESSION_KEY] = to_session(person)
    session.save()
    return client


@dataclass
class Desk:
    """One-stop, its dossier, and the browsers of an officer, a leader and somebody else."""

    onestop: OneStop
    dossier: Dossier
    officer: Client
    leader: Client
    stranger: Client

    def step(self) -> Step:
        """The open step of a person."""
        return self.dossier.steps.get(closed_at__isnull=True, kind="user")

    def page(self, client: Client) -> str:
        """The dossier's page in a browser."""
        return client.get(f"/dossiers/{self.dossier.code}").content.decode()

    def send(self, client: Client, outcome: str, **fields: Any) -> Any:
        """Send the form of an outcome, as the page has it."""
        self.dossier.refresh_from_db()
        address = f"/dossiers/{self.dossier.code}/steps/{self.step().pk}/decision"
        return client.post(address, {"outcome": outcome, "version": self.dossier.version, **fields})

    def work(self) -> None:
        """Let the worker work."""
        work(at=NOW)
        self.dossier.refresh_from_db()


@contextmanager
def only_the_desks_menu() -> Iterator[None]:
    """A real one-stop has no portal installed; the tests have every app, and so every app's menu."""
    everything = list(pages._navigation), list(pages._personal_links)
    pages._navigation[:], pages._personal_links[:] = [items], []
    try:
        yield
    finally:
        pages._navigation[:], pages._personal_links[:] = everything


@contextmanager
def desk_of(*, using_site: Any, folder: Path) -> Iterator[Desk]:
    """The desk of the first commune of the country with an online birth procedure."""
    with (
        one_stop_of(country="vietnam", using_site=using_site, folder=folder) as onestop,
        clock.fixed(NOW),
        only_the_desks_menu(),
    ):
        submission = uuid.uuid4()
        container = application(submission=submission, destination=onestop.organisation)
        taken = intake.take_in(container=container, submission_id=str(submission), portal=PORTAL, at=MORNING)
        yield Desk(
            onestop=onestop,
            dossier=taken.dossier,
            officer=browser_of(onestop.officer.personal_number, name="An Officer"),
            leader=browser_of(onestop.leader.personal_number, name="A Leader"),
            stranger=browser_of("000199000105", name="A Stranger"),
        )
