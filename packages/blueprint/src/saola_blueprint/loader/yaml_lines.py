"""YAML as values that know their line. Every scalar stays text: `no`, `0001` and dates are not guessed at.

Anchors and aliases are refused, and so are two entries of the same name: what a reviewer reads is what counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from saola_blueprint.errors import Problem
from saola_blueprint.schema.places import Place

# libyaml where it is built in: ten times as fast, the same result
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST_FILE = 2_000_000
DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `null` when nothing was written or `null`."""

    text: str
    null: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Value, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping; `places` has the line of each key."""

    entries: Mapping[str, Value]
    places: Mapping[str, Place]
    place: Place


Value: TypeAlias = Scalar | Items | Entries


class Unreadable(Exception):
    """The file is no YAML we accept; carries the problem to report."""

    def __init__(self, problem: Problem) -> None:
        """`problem` names file, line and remedy."""
        super().__init__(str(problem))
        self.problem = problem


def read_yaml(file: Path) -> Value:
    """Read one YAML file; raises `Unreadable`."""
    try:
        source = file.read_bytes()
        if len(source) > LARGEST_FILE:
            raise _refuse(file, 0, "the file is too large", "Split it into smaller files.")
        return parse_yaml(source.decode("utf-8"), file)
    except OSError as failure:
        raise _refuse(
            file, 0, f"the file cannot be read: {failure.strerror}", "Create it, or correct its rights."
        ) from failure
    except UnicodeDecodeError as failure:
        raise _refuse(file, 0, "the file is not UTF-8", "Save it as UTF-8.") from failure


def parse_yaml(source: str, file: Path) -> Value:
    """Parse YAML text that stands in `file`; raises `Unreadable`."""
    try:
        node = yaml.compose(source, Loader=LOADER)
    except yaml.MarkedYAMLError as failure:
        line = failure.problem_mark.line + 1 if failure.problem_mark else 0
        raise _refuse(
            file, line, f"no valid YAML: {failure.problem}", "Correct the indentation or the quotes here."
        ) from failure
    except (yaml.YAMLError, RecursionError, ValueError) as failure:
        raise _refuse(file, 0, "no valid YAML", "Correct the file.") from failure
    if node is None:
        raise _refuse(file, 0, "the file is empty", "Write the declaration, or delete the file.")
    return _Reader(file).value(node, 0)


def _refuse(file: Path, line: int, message: str, remedy: str) -> Unreadable:
    return Unreadable(Problem(file, line, message, remedy, "yaml.unreadable"))


class _Reader:
    """Turns nodes into values; a node met twice was written as an alias."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._met: set[int] = set()

    def value(self, node: yaml.Node, depth: int) -> Value:
        place = Place(self._file, _line(node))
        if id(node) in self._met:
            raise _refuse(self._file, place.line, "aliases are not used here", "Write the value out.")
        self._met.add(id(node))
        if depth > DEEPEST:
            raise _refuse(self._file, place.line, "nested too deeply", "Flatten the declaration.")
        if isinstance(node, yaml.ScalarNode):
            return Scalar(node.value, node.tag == "tag:yaml.org,2002:null", place)
        if isinstance(node, yaml.SequenceNode):
            return Items(tuple(self.value(one, depth + 1) for one in node.value), place)
        return self._entries(node, place, depth)

    def _entries(self, node: yaml.Node, place: Place, depth: int) -> Entries:
        entries: dict[str, Value] = {}
        places: dict[str, Place] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refuse(self._file, _line(key), "a key must be a plain word", "Write the key as a word.")
            if key.value in entries:
                raise _refuse(self._file, _line(key), f"{key.value!r} is written twice", "Keep one of the two.")
            entries[key.value] = self.value(value, depth + 1)
            places[key.value] = Place(self._file, _line(key))
        return Entries(entries, places, place)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1 if node.start_mark else 0
