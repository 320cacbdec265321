"""How checks report, and what several of them need."""

from __future__ import annotations

from collections.abc import Iterable

from saola_blueprint.errors import Problem
from saola_blueprint.schema.places import Place


def problem(place: Place, code: str, message: str, remedy: str) -> Problem:
    """One problem at a place."""
    return Problem(place.file, place.line, message, remedy, code)


def one_of(names: Iterable[str]) -> str:
    """A remedy that lists what may be written."""
    return f"Use one of: {', '.join(sorted(names)) or 'none declared yet'}."
