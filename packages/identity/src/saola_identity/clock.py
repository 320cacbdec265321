"""The one clock of identity: views ask it once and pass the time on; tests set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_set: list[datetime] = []


def now() -> datetime:
    """The present time in UTC, or the time a test has set."""
    return _set[-1] if _set else datetime.now(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """For tests: within the block it is `moment`."""
    _set.append(moment)
    try:
        yield
    finally:
        _set.pop()
