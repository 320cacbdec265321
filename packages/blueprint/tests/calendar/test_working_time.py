"""The clock of the administration: examples, laws that always hold, and the holidays package as oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays as library
import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_blueprint.calendar import Calendar, DeclaredHolidays, LibraryHolidays, Pause, Period
from saola_blueprint.loader.country_files import library_codes
from saola_blueprint.schema import TimeLimit

ZONE = ZoneInfo("Europe/Budapest")
OFFICE = Calendar(
    timezone="Europe/Budapest",
    periods=(Period(time(7, 30), time(11, 30)), Period(time(13, 30), time(17, 30))),
    weekdays=frozenset(range(5)),
    holidays=DeclaredHolidays({date(2026, 11, 24): "Founding day"}),
)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 30)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=ZONE)
)
HOURS = st.integers(0, 4 * 60).map(lambda quarters: quarters / 4)
LIMITS = st.builds(
    TimeLimit,
    amount=st.integers(1, 40),
    unit=st.sampled_from(["working-hours", "working-days", "calendar-days"]),
    cut_off=st.none() | st.sampled_from([time(15), time(10)]),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize("country", ["HU", "EE", "JP"])
@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_working_days_agree_with_the_holidays_package(country: str, year: int) -> None:
    oracle = library.country_holidays(country, years=[year])
    calendar = Calendar(OFFICE.timezone, OFFICE.periods, OFFICE.weekdays, LibraryHolidays(country))
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    assert [calendar.working_day(day) for day in days] == [oracle.is_working_day(day) for day in days]


def test_a_swapped_saturday_is_worked_and_the_day_it_makes_up_for_is_not() -> None:
    calendar = Calendar(OFFICE.timezone, OFFICE.periods, OFFICE.weekdays, LibraryHolidays("HU"))
    assert calendar.working_day(date(2024, 8, 3))
    assert not calendar.working_day(date(2024, 8, 19))


def test_what_a_country_declares_wins_over_the_library() -> None:
    christmas, monday = date(2026, 12, 25), date(2026, 3, 2)
    holidays = DeclaredHolidays({monday: "Founding day"}, frozenset({christmas}), LibraryHolidays("EE"))
    calendar = Calendar(OFFICE.timezone, OFFICE.periods, OFFICE.weekdays, holidays)
    assert not calendar.working_day(monday)
    assert calendar.working_day(christmas)
    assert calendar.holidays.name_on(monday) == "Founding day"


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T09:00", 2, "2026-11-23T11:00"),
        ("2026-11-23T11:00", 1, "2026-11-23T14:00"),
        ("2026-11-23T07:30", 8, "2026-11-23T17:30"),
        ("2026-11-23T07:00", 8, "2026-11-23T17:30"),
        ("2026-11-23T16:30", 8, "2026-11-25T16:30"),
        ("2026-11-21T10:00", 4, "2026-11-23T11:30"),
        ("2026-11-23T12:00", 0.5, "2026-11-23T14:00"),
    ],
)
def test_working_hours_skip_lunch_evenings_weekends_and_holidays(start: str, hours: float, end: str) -> None:
    assert OFFICE.add_working_hours(at(start), hours) == at(end)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23T15:00", "2026-11-23T17:30"),
        ("2026-11-23T15:01", "2026-11-25T17:30"),
        ("2026-11-22T20:00", "2026-11-23T17:30"),
        ("2026-11-23T05:00", "2026-11-23T17:30"),
        ("2026-11-23T23:00", "2026-11-25T17:30"),
    ],
)
def test_the_same_working_day_until_the_cut_off_hour_the_next_one_after_it(received: str, due: str) -> None:
    assert OFFICE.due_at(at(received), TimeLimit(0, "working-days", time(15))) == at(due)


def test_without_a_cut_off_what_comes_after_closing_counts_from_the_next_working_day() -> None:
    assert OFFICE.due_at(at("2026-11-20T18:00"), TimeLimit(0, "working-days")) == at("2026-11-23T17:30")


def test_calendar_days_that_end_on_a_free_day_end_on_the_next_working_day() -> None:
    assert OFFICE.due_at(at("2026-11-04T09:00"), TimeLimit(3, "calendar-days")) == at("2026-11-09T17:30")


def test_nothing_is_due_while_the_clock_stands_still() -> None:
    pauses = [Pause(at("2026-11-25T10:00"), None)]
    assert OFFICE.due_at(at("2026-11-25T09:00"), TimeLimit(1, "working-days"), pauses) is None


def test_a_pause_that_begins_after_the_due_moment_changes_nothing() -> None:
    limit = TimeLimit(1, "working-hours")
    late = [Pause(at("2026-11-25T16:00"), None)]
    assert OFFICE.due_at(at("2026-11-25T09:00"), limit, late) == at("2026-11-25T10:00")


def test_moments_come_from_any_time_zone_and_go_out_in_the_country_s() -> None:
    due = OFFICE.due_at(datetime(2026, 11, 23, 8, 0, tzinfo=UTC), TimeLimit(1, "working-hours"))
    assert due == at("2026-11-23T10:00")
    assert due.tzinfo == ZONE


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        OFFICE.add_working_hours(datetime(2026, 11, 23, 9), 1)  # noqa: DTZ001


def test_negative_hours_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        OFFICE.add_working_hours(at("2026-11-23T09:00"), -1)


def test_a_calendar_without_any_working_day_is_refused_and_does_not_search_for_ever() -> None:
    with pytest.raises(ValueError, match="no working day"):
        Calendar("UTC", OFFICE.periods, frozenset()).next_working_day(date(2026, 1, 1))


@given(MOMENTS, HOURS)
def test_hours_added_are_the_hours_between(start: datetime, hours: float) -> None:
    end = OFFICE.add_working_hours(start, hours)
    assert OFFICE.working_hours_between(start, end) == hours


@given(MOMENTS, HOURS, HOURS)
def test_adding_in_two_steps_is_adding_at_once(start: datetime, first: float, second: float) -> None:
    stepwise = OFFICE.add_working_hours(OFFICE.add_working_hours(start, first), second)
    at_once = OFFICE.add_working_hours(start, first + second)
    assert OFFICE.working_hours_between(stepwise, at_once) == 0
    assert OFFICE.working_hours_between(at_once, stepwise) == 0


@given(MOMENTS, HOURS)
def test_more_than_no_hours_end_within_working_time(start: datetime, hours: float) -> None:
    end = OFFICE.add_working_hours(start, hours + 0.25)
    assert OFFICE.working_day(end.date())
    assert any(period.start < end.time() <= period.end for period in OFFICE.periods)


@given(MOMENTS, MOMENTS, LIMITS)
def test_who_comes_later_is_never_due_earlier(one: datetime, other: datetime, limit: TimeLimit) -> None:
    earlier, later = sorted([one, other])
    first, second = OFFICE.due_at(earlier, limit), OFFICE.due_at(later, limit)
    assert first is not None
    assert second is not None
    assert first <= second


@given(MOMENTS, LIMITS)
def test_it_is_due_after_it_was_received_within_working_time(received: datetime, limit: TimeLimit) -> None:
    due = OFFICE.due_at(received, limit)
    assert due is not None
    assert due > received
    assert OFFICE.working_day(due.date())


@given(MOMENTS, LIMITS, st.integers(0, 2000), st.integers(1, 20000))
def test_a_pause_gives_back_the_working_time_it_took(
    received: datetime, limit: TimeLimit, begins: int, lasts: int
) -> None:
    since = received + timedelta(minutes=begins)
    until = since + timedelta(minutes=lasts)
    without, due = OFFICE.due_at(received, limit), OFFICE.due_at(received, limit, [Pause(since, until)])
    assert without is not None
    assert due is not None
    if since < without:
        left = OFFICE.working_hours_between(since, without)
        assert OFFICE.working_hours_between(until, due) == pytest.approx(left)
    else:
        assert due == without


def test_pauses_that_overlap_count_once() -> None:
    limit, received = TimeLimit(1, "working-days"), at("2026-11-25T09:00")
    whole = [Pause(at("2026-11-25T10:00"), at("2026-11-26T10:00"))]
    parts = [Pause(at("2026-11-25T10:00"), at("2026-11-26T09:00")), Pause(at("2026-11-25T11:00"), whole[0].until)]
    inner = [*whole, Pause(at("2026-11-25T14:00"), at("2026-11-25T15:00"))]
    assert OFFICE.due_at(received, limit, parts) == OFFICE.due_at(received, limit, whole) == at("2026-11-27T09:00")
    assert OFFICE.due_at(received, limit, inner) == at("2026-11-27T09:00")


@given(MOMENTS, st.integers(1, 30))
def test_working_days_are_days_of_the_calendar_s_hours(received: datetime, days: int) -> None:
    begins = OFFICE.count_begins(received, TimeLimit(days, "working-days"))
    due = OFFICE.due_at(received, TimeLimit(days, "working-days"))
    assert due is not None
    assert OFFICE.working_hours_between(begins, due) == days * OFFICE.hours_per_day


def test_the_codes_of_the_library_are_those_it_has_holidays_for() -> None:
    codes = library_codes()
    assert set(library.list_supported_countries()) <= codes
    assert all(library.country_holidays(code) is not None for code in sorted(codes)[::25])
    assert "QQ" not in codes
