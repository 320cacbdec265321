"""Which days nobody works: a library's public holidays, corrected by what the country's own notices say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Protocol


class Holidays(Protocol):
    """Public holidays and make-up working days."""

    def name_on(self, day: date) -> str | None:
        """The name of the holiday on `day`, or None."""

    def is_make_up(self, day: date) -> bool:
        """Whether `day`, otherwise free, is worked to make up for another."""


@cache
def _calendar(country: str) -> Any:
    # Large, and most processes never reckon with days: it is read when the first day is asked for.
    import holidays as library

    return library.country_holidays(country, language=None)


@dataclass(frozen=True, slots=True)
class LibraryHolidays:
    """The public holidays the `holidays` package knows for a country (ISO 3166-1 code)."""

    country: str

    def name_on(self, day: date) -> str | None:
        """The library's name in the country's own language."""
        name = _calendar(self.country).get(day)
        return str(name) if name is not None else None

    def is_make_up(self, day: date) -> bool:
        """The library lists swapped working days for some countries."""
        calendar = _calendar(self.country)
        return bool(calendar.is_weekend(day) and calendar.is_working_day(day))


@dataclass(frozen=True, slots=True)
class DeclaredHolidays:
    """Days declared by the country itself, over another source or none."""

    free: Mapping[date, str] = field(default_factory=dict)
    worked: frozenset[date] = frozenset()
    base: Holidays | None = None

    def name_on(self, day: date) -> str | None:
        """A declared working day is no holiday, whatever the base says."""
        if day in self.worked:
            return None
        if day in self.free:
            return self.free[day]
        return self.base.name_on(day) if self.base else None

    def is_make_up(self, day: date) -> bool:
        """A day declared free is not worked, whatever the base says."""
        if day in self.free:
            return False
        return day in self.worked or (self.base is not None and self.base.is_make_up(day))
