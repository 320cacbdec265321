"""Reading dated values: each entry has `since` and `reference`, oldest first."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from saola_blueprint.loader.records import Record
from saola_blueprint.schema.dated import Dated, DatedValue

T = TypeVar("T")


def read_dated(record: Record, key: str, value_of: Callable[[Record], T]) -> Dated[T]:
    """A list of values; `value_of` reads the value's own keys of each entry."""
    values = [
        DatedValue(entry.date("since"), value_of(entry), entry.text("reference"), entry.place)
        for entry in record.records(key)
    ]
    _check_order([one.since for one in values], record, key)
    return Dated(tuple(values))


def _check_order(days: list[date], record: Record, key: str) -> None:
    if not days:
        record.findings.add(
            record.place_of(key), "dated.empty", f"{key!r} has no value", "Add {since: …, value: …, reference: …}."
        )
    if any(later <= earlier for earlier, later in itertools.pairwise(days)):
        record.findings.add(
            record.place_of(key),
            "dated.order",
            f"the values of {key!r} do not follow each other in time",
            "Order them by `since`, oldest first, each day once.",
        )
