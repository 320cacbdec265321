"""The clock of the administration: which hours are worked, and when something is due.

All reckoning is in the local wall time of the country. Moments come in with a time zone and go out
in the country's. Working hours are never at a moment when clocks are changed, so that the length of a
working hour is always sixty minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from saola_blueprint.calendar.holidays import DeclaredHolidays, Holidays

MOST_DAYS_SEARCHED = 3660


class Limit(Protocol):
    """What `due_at` needs of a time limit; `saola_blueprint.schema.TimeLimit` is one."""

    @property
    def amount(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def cut_off(self) -> time | None: ...


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of working time within a day, from `start` up to and not including `end`."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Pause:
    """A time during which the clock stands still; `until` None means that it still does."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working weekdays (Monday is 0), working periods of each day, holidays."""

    timezone: str
    periods: tuple[Period, ...]
    weekdays: frozenset[int]
    holidays: Holidays = field(default_factory=DeclaredHolidays)

    @property
    def hours_per_day(self) -> float:
        """How many working hours a working day has."""
        return self._day_length / timedelta(hours=1)

    @property
    def _day_length(self) -> timedelta:
        return sum((_length(period.start, period.end) for period in self.periods), timedelta())

    def working_day(self, day: date) -> bool:
        """Whether `day` is worked."""
        if self.holidays.name_on(day) is not None:
            return False
        return day.weekday() in self.weekdays or self.holidays.is_make_up(day)

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return next(self._working_days_from(day + timedelta(days=1)))

    def add_working_hours(self, start: datetime, hours: float) -> datetime:
        """The moment when `hours` (not negative) of working time have passed since `start`.

        A whole number of days ends at the close of the last day, not at the opening of the next.
        """
        if hours < 0:
            raise ValueError("working hours to add must not be negative")
        return self._add(self._local(start), timedelta(hours=hours))

    def working_hours_between(self, start: datetime, end: datetime) -> float:
        """How many working hours lie between two moments; 0 when `end` is not after `start`."""
        return self._between(self._local(start), self._local(end)) / timedelta(hours=1)

    def due_at(self, received: datetime, limit: Limit, pauses: Sequence[Pause] = ()) -> datetime | None:
        """When a case received at `received` must be finished; None while its clock stands still.

        `working-days` count as full working days of hours from the moment the count begins; amount 0
        is the close of the day it begins. `calendar-days` end at the close of the last day, or of the
        next working day when that one is free. After a pause the working time that was left when it
        began is given again from its end.
        """
        due = self._first_due(self.count_begins(received, limit), limit)
        ended: datetime | None = None
        for pause in sorted(pauses, key=lambda one: one.since):
            since = pause.since if ended is None else max(pause.since, ended)  # what overlaps counts once
            if pause.until is None:
                return None if self._local(since) < due else due
            due = self._after(since, pause.until, due)
            ended = pause.until if ended is None else max(ended, pause.until)
        return due

    def count_begins(self, received: datetime, limit: Limit) -> datetime:
        """The working moment at which the time limit begins to run, the cut-off hour considered."""
        local = self._local(received)
        late = limit.cut_off is not None and self.working_day(local.date()) and local.time() > limit.cut_off
        if late or (self.working_day(local.date()) and local.time() >= self.periods[-1].end):
            return self._at(self.next_working_day(local.date()), self.periods[0].start)
        return self._opening_from(local)

    def closing(self, day: date) -> datetime:
        """The end of working time on `day`."""
        return self._at(day, self.periods[-1].end)

    def _first_due(self, begins: datetime, limit: Limit) -> datetime:
        if limit.unit == "working-hours":
            return self._add(begins, timedelta(hours=limit.amount))
        if limit.unit == "working-days":
            return self._add(begins, limit.amount * self._day_length) if limit.amount else self.closing(begins.date())
        last = begins.date() + timedelta(days=limit.amount)
        return self.closing(last if self.working_day(last) else self.next_working_day(last))

    def _after(self, since: datetime, until: datetime, due: datetime) -> datetime:
        begins, ends = self._local(since), self._local(until)
        if begins >= due or ends <= begins:
            return due
        return self._add(ends, self._between(begins, due))

    def _add(self, start: datetime, length: timedelta) -> datetime:
        if length == timedelta():
            return start
        for begins, ends in self._stretches(start):
            if length <= ends - begins:
                return begins + length
            length -= ends - begins
        raise AssertionError("the working days never end")

    def _between(self, start: datetime, end: datetime) -> timedelta:
        total = timedelta()
        if end <= start:
            return total
        for begins, ends in self._stretches(start):
            if begins >= end:
                break
            total += min(ends, end) - begins
        return total

    def _stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working periods from `start` on, the first one cut to begin not before it."""
        for day in self._working_days_from(start.date()):
            for period in self.periods:
                begins, ends = self._at(day, period.start), self._at(day, period.end)
                if ends > start:
                    yield max(begins, start), ends

    def _opening_from(self, moment: datetime) -> datetime:
        return next(self._stretches(moment))[0]

    def _working_days_from(self, day: date) -> Iterator[date]:
        free = 0
        while free < MOST_DAYS_SEARCHED:
            free = 0 if self.working_day(day) else free + 1
            if free == 0:
                yield day
            day += timedelta(days=1)
        raise ValueError("the calendar has no working day for ten years")

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(ZoneInfo(self.timezone))

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, ZoneInfo(self.timezone))


def _length(start: time, end: time) -> timedelta:
    day = date.min
    return datetime.combine(day, end) - datetime.combine(day, start)
