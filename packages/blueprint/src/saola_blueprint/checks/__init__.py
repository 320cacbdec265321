"""What `saola check` looks at: a list of functions of one shape, each from a country to its problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from saola_blueprint.errors import Problem
from saola_blueprint.loader import read
from saola_blueprint.schema.countries import Country

Check = Callable[[Country], Iterable[Problem]]

STRUCTURE: tuple[Check, ...] = ()
ALL: tuple[Check, ...] = STRUCTURE


def check_folder(folder: Path, *, checks: Sequence[Check] = ALL) -> tuple[Country | None, tuple[Problem, ...]]:
    """Read a country and run checks on it; raises `CountryUnusable` when there is none in the folder.

    When reading found problems, the checks are not run: they would report what follows from them.
    """
    reading = read(folder)
    if reading.country is None or reading.problems:
        return reading.country, reading.problems
    country = reading.country
    problems = {problem for check in checks for problem in check(country)}
    return country, tuple(sorted(problems))
