"""A deadline in words, colour and sign; never in colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saola_platform.cases.api import Deadline
from saola_platform.kernel.country import country

TAGS = {"green": "green", "amber": "yellow", "red": "red", "paused": "blue", "done": "grey"}
SIGNS = {"green": "●", "amber": "▲", "red": "■", "paused": "❚❚", "done": "✓"}


@dataclass(frozen=True, slots=True)
class ShownDeadline:
    """`words` say how it stands, `left` how much, `due` when it is due; `sign` and `tag` are for the eye."""

    words: str
    left: str
    due: str
    sign: str
    tag: str
    colour: str


def shown(deadline: Deadline) -> ShownDeadline:
    """A deadline for a page."""
    return ShownDeadline(
        words=_words(deadline),
        left=_left(deadline),
        due=moment(deadline.due_at) if deadline.due_at and deadline.colour != "done" else "",
        sign=SIGNS[deadline.colour],
        tag=TAGS[deadline.colour],
        colour=deadline.colour,
    )


def moment(at: datetime) -> str:
    """A moment in the country's time, as people write it in the language of the page."""
    return str(formats.date_format(at.astimezone(ZoneInfo(country().timezone)), "DATETIME_FORMAT"))


def day(date: date) -> str:
    """A date as people write it in the language of the page."""
    return str(formats.date_format(date, "DATE_FORMAT"))


def hours(amount: float) -> str:
    """Working hours in words; less than one in minutes."""
    if amount < 1:
        minutes = max(1, round(amount * 60))
        return ngettext("%(count)d working minute", "%(count)d working minutes", minutes) % {"count": minutes}
    whole = round(amount)
    return ngettext("%(count)d working hour", "%(count)d working hours", whole) % {"count": whole}


def _words(deadline: Deadline) -> str:
    words = {
        "done": _("Finished"),
        "paused": _("Clock stands"),
        "red": _("Overdue"),
        "amber": _("Due soon"),
        "green": _("On time"),
    }
    return words[deadline.colour]


def _left(deadline: Deadline) -> str:
    if deadline.remaining_hours is None:
        return ""
    if deadline.colour == "red":
        return _("by %(time)s") % {"time": hours(-deadline.remaining_hours)}
    return _("%(time)s left") % {"time": hours(max(deadline.remaining_hours, 0))}
