"""The one place where the platform asks what time it is.

Views, actions and tasks call `now()` at the edge and pass the value on as `at=`. Tests replace
the clock with `fixed(...)`; nothing else in the platform reads the wall clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def _wall() -> datetime:
    return datetime.now(UTC)


_clock: ContextVar[Clock] = ContextVar("clock", default=_wall)


def now() -> datetime:
    """The current instant, with time zone UTC."""
    return _clock.get()()


@contextmanager
def fixed(at: datetime) -> Iterator[None]:
    """For tests: within the block the time stands still at `at` (which must carry a time zone)."""
    if at.tzinfo is None:
        raise ValueError("a fixed time needs a time zone")
    token = _clock.set(lambda: at)
    try:
        yield
    finally:
        _clock.reset(token)
