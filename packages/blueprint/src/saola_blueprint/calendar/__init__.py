"""Working time and deadlines. Pure: the moment is always passed in."""

from saola_blueprint.calendar.holidays import DeclaredHolidays, Holidays, LibraryHolidays
from saola_blueprint.calendar.working_time import Calendar, Limit, Pause, Period

__all__ = ["Calendar", "DeclaredHolidays", "Holidays", "LibraryHolidays", "Limit", "Pause", "Period"]
