"""Deadlines and colours, by the calendar of a country with real holidays."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_blueprint.calendar import Pause
from saola_blueprint.schema import TimeLimit
from saola_platform.cases import clock

from .world import MORNING, loaded

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SAME_DAY = TimeLimit(amount=0, unit="working-days", cut_off=time(15, 0))
CALENDAR = loaded("vietnam").calendar


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2026-11-23T09:00", "2026-11-23"),
        ("2026-11-23T15:00", "2026-11-23"),
        ("2026-11-23T15:01", "2026-11-25"),  # the 24th is a holiday since 2026
        ("2026-11-27T16:00", "2026-11-30"),
        ("2026-11-28T10:00", "2026-11-30"),
        ("2026-02-13T15:30", "2026-02-23"),  # the new year's holidays
    ],
)
def test_the_same_working_day_or_the_next_one_after_the_cut_off(received: str, day: str) -> None:
    due = clock.due_at(calendar=CALENDAR, limit=SAME_DAY, received=at(received), pauses=[])
    assert due is not None
    assert due.date().isoformat() == day


def test_a_pause_gives_back_what_was_left() -> None:
    pause = Pause(at("2026-11-23T10:00"), at("2026-11-25T10:00"))
    due = clock.due_at(calendar=CALENDAR, limit=SAME_DAY, received=at("2026-11-23T09:00"), pauses=[pause])
    assert due == at("2026-11-25T17:00")


@pytest.mark.parametrize(
    ("moment", "colour"),
    [("2026-11-23T09:30", "green"), ("2026-11-23T15:30", "amber"), ("2026-11-23T17:30", "red")],
)
def test_the_colour_follows_the_time_that_is_left(moment: str, colour: str) -> None:
    shown = clock.deadline(
        calendar=CALENDAR,
        received=at("2026-11-23T09:00"),
        due=at("2026-11-23T17:00"),
        left_at_pause=None,
        ended=False,
        at=at(moment),
    )
    assert shown.colour == colour


@given(start=st.integers(0, 60 * 24 * 20), length=st.integers(0, 60 * 24 * 20))
def test_a_pause_never_shortens_the_time_limit(start: int, length: int) -> None:
    limit = TimeLimit(amount=5, unit="working-days")
    since = MORNING + timedelta(minutes=start)
    plain = clock.due_at(calendar=CALENDAR, limit=limit, received=MORNING, pauses=[])
    paused = clock.due_at(
        calendar=CALENDAR, limit=limit, received=MORNING, pauses=[Pause(since, since + timedelta(minutes=length))]
    )
    assert plain is not None
    assert paused is not None
    assert paused >= plain
