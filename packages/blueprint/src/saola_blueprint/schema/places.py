"""Where a declaration stands, so that every later check can name file and line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; lines count from 1, and 0 means the whole file."""

    file: Path = Path()
    line: int = 0


NOWHERE = Place()
