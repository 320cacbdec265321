"""Values of the law: each has the day it began and the text it rests on; old ones stay, because old cases need them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from saola_blueprint.errors import NoValueOn
from saola_blueprint.schema.places import NOWHERE, Place

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DatedValue(Generic[T]):
    """A value in force from `since` until the next value begins."""

    since: date
    value: T
    reference: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """All values of one legal parameter, oldest first, no two beginning on the same day."""

    values: tuple[DatedValue[T], ...]

    def entry_on(self, day: date) -> DatedValue[T]:
        """The value with its reference in force on `day`; raises `NoValueOn` before the first."""
        known = [entry for entry in self.values if entry.since <= day]
        if not known:
            raise NoValueOn(f"there is no value on {day.isoformat()}")
        return known[-1]

    def on(self, day: date) -> T:
        """The value in force on `day`; raises `NoValueOn` before the first."""
        return self.entry_on(day).value


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the law that rules and texts use, for instance a duty of 60 days."""

    id: str
    unit: str
    values: Dated[int]
    place: Place = NOWHERE
