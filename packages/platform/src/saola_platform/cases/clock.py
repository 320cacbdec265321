"""The working-hours clock of a dossier: when it is due, how much is left, and how to show it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from saola_blueprint.calendar import Calendar, Pause
from saola_blueprint.schema import TimeLimit

Colour = Literal["green", "amber", "red", "paused", "done"]
SOON_SHARE = 0.25
SOON_HOURS = 2.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due_at` is None while the clock stands; `remaining_hours` are working hours, negative when overdue."""

    due_at: datetime | None
    remaining_hours: float | None
    colour: Colour


def due_at(*, calendar: Calendar, limit: TimeLimit, received: datetime, pauses: Sequence[Pause]) -> datetime | None:
    """When the dossier is due, its pauses given back; None while it waits for the applicant."""
    return calendar.due_at(received, limit, pauses)


def hours_left(*, calendar: Calendar, due: datetime, at: datetime) -> float:
    """Working hours until `due`; negative: working hours since."""
    if at <= due:
        return calendar.working_hours_between(at, due)
    return -calendar.working_hours_between(due, at)


def deadline(
    *,
    calendar: Calendar,
    received: datetime,
    due: datetime | None,
    left_at_pause: float | None,
    ended: bool,
    at: datetime,
) -> Deadline:
    """How the deadline stands at a moment: red when it has passed, amber when little of it is left."""
    if ended:
        return Deadline(due_at=due, remaining_hours=None, colour="done")
    if due is None:
        return Deadline(due_at=None, remaining_hours=left_at_pause, colour="paused")
    left = hours_left(calendar=calendar, due=due, at=at)
    whole = calendar.working_hours_between(received, due)
    if at > due:
        return Deadline(due_at=due, remaining_hours=left, colour="red")
    colour: Colour = "amber" if left <= max(SOON_HOURS, whole * SOON_SHARE) else "green"
    return Deadline(due_at=due, remaining_hours=left, colour=colour)
