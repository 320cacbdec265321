"""A proposal that the leader sends back: what was reserved stays reserved, over the real registers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from saola_command.demo.check.browser import Browser
from saola_command.demo.check.citizen import Citizen
from saola_command.demo.check.official import Official

from .asking import PERSONS, exchange, rows, script_of
from .conftest import RunningDemo

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("vietnam"), pytest.mark.timeout(300)]


def test_a_returned_proposal_reserves_one_number_and_ends_with_one_entry(vietnam: RunningDemo) -> None:
    script = script_of(vietnam)
    browser, today = Browser(language=script.language), datetime.now(UTC).date()
    mother = Citizen(browser=browser, portal=vietnam.url("portal"), script=script, today=today)
    clerk = Official(Browser(language=script.language), vietnam.url("onestop"), script.clerk)
    leader = Official(Browser(language=script.language), vietnam.url("onestop"), script.leader)
    application = mother.begin(mother.find())
    mother.fill(application)
    mother.attach(application)
    dossier = mother.sign(application)
    code = mother.receipt(dossier)
    reserved = number_of_newborns(vietnam)

    clerk.act(code, outcome=script.outcomes["propose"])
    leader.act(code, outcome="return", reason="Xem lại tên của trẻ.")
    clerk.act(code, outcome=script.outcomes["propose"])
    leader.sign(code, outcome=script.outcomes["sign"])
    assert mother.result(dossier).startswith(b"%PDF-")

    assert number_of_newborns(vietnam) == reserved + 1
    (entry,) = rows(
        vietnam, "site-G15", "SELECT data->>'child' FROM registers_record WHERE register = 'births' AND key = %s", code
    )
    assert exchange(vietnam, f"{PERSONS}/records/{entry[0]}").json()["version"] == 1


def number_of_newborns(demo: RunningDemo) -> int:
    """How many children the population register has a number for."""
    (row,) = rows(
        demo,
        "site-G01",
        "SELECT count(*) FROM registers_record WHERE register = 'persons' AND data->>'status' = %s",
        "newborn",
    )
    return int(row[0])
