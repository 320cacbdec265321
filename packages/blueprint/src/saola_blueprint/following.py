"""A country folder that is edited while programs run: the newest state that is in order is served.

A service designer saves a file and sees it in the portal, without a restart. A state with problems is
never served: the one before stays, and the problems are there to be shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from saola_blueprint import load_country
from saola_blueprint.errors import CountryInvalid, CountryUnusable, Problem
from saola_blueprint.schema.countries import Country

State = tuple[tuple[str, int, int], ...]
WATCHED = frozenset({".yaml", ".py", ".bpmn", ".typ"})


class FollowedCountry:
    """Serves the country in a folder; looks for changes at most every `every` seconds of `clock`."""

    def __init__(self, folder: Path, *, every: float = 2.0, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises `CountryInvalid` or `CountryUnusable` when the folder is not in order to begin with."""
        self._folder = folder
        self._every = every
        self._clock = clock
        self._busy = Lock()
        self._state = state_of(folder)
        self._country = load_country(folder)
        self._looked = clock()
        self.problems: tuple[Problem, ...] = ()

    def current(self) -> Country:
        """The newest state that is in order. `problems` then has what is wrong with a newer one, if anything."""
        if self._clock() - self._looked >= self._every and self._busy.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._busy.release()
        return self._country

    def _look(self) -> None:
        self._looked = self._clock()
        state = state_of(self._folder)
        if state == self._state:
            return
        self._state = state
        try:
            self._country, self.problems = load_country(self._folder), ()
        except CountryInvalid as invalid:
            self.problems = invalid.problems
        except CountryUnusable as unusable:
            file = self._folder / "country.yaml"
            self.problems = (Problem(file, 0, unusable.detail, unusable.remedy, unusable.code),)


def state_of(folder: Path) -> State:
    """Name, time of change and size of every file that matters; different when anything was edited."""
    state: list[tuple[str, int, int]] = []
    for file in sorted(folder.rglob("*")):
        if file.suffix in WATCHED:
            with suppress(OSError):  # deleted while we looked: the next look sees it gone
                found = file.stat()
                state.append((str(file.relative_to(folder)), found.st_mtime_ns, found.st_size))
    return tuple(state)
