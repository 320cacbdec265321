"""A deadline in words, colour and sign; never in colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
    """`words` say how it stands, `due` when it is due, `sign` and `tag` are for the eye."""

    words: str
    due: str
    sign: str
    tag: str
    colour: str


def shown(deadline: Deadline) -> ShownDeadline:
    """A deadline for a page."""
    return ShownDeadline(
        words=_words(deadline),
        due=moment(deadline.due_at) if deadline.due_at and deadline.colour != "done" else "",
        sign=SIGNS[deadline.colour],
        tag=TAGS[deadline.colour],
        colour=deadline.colour,
    )


def moment(at: datetime) -> str:
    """A moment in the country's time: hour and date."""
    local = at.astimezone(ZoneInfo(country().timezone))
    return f"{local:%H:%M}, {formats.date_format(local.date(), 'SHORT_DATE_FORMAT')}"


def hours(amount: float) -> str:
    """Working hours in words; less than one in minutes."""
    if amount < 1:
        minutes = max(1, round(amount * 60))
        return ngettext("%(count)d working minute", "%(count)d working minutes", minutes) % {"count": minutes}
    whole = round(amount)
    return ngettext("%(count)d working hour", "%(count)d working hours", whole) % {"count": whole}


def _words(deadline: Deadline) -> str:
    left = deadline.remaining_hours
    match deadline.colour:
        case "done":
            return _("Finished")
        case "paused" if left is not None:
            return _("Clock stands, %(time)s left") % {"time": hours(max(left, 0))}
        case "paused":
            return _("Clock stands")
        case "red":
            return _("Overdue by %(time)s") % {"time": hours(-(left or 0))}
        case "amber":
            return _("Due soon: %(time)s left") % {"time": hours(left or 0)}
        case _:
            return _("On time: %(time)s left") % {"time": hours(left or 0)}
