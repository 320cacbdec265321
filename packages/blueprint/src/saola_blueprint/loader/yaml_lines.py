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
        _refuse_aliases(source, file)
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as failure:
        line = failure.problem_mark.line + 1 if failure.problem_mark else 0
        raise _refuse(
            file, line, f"no valid YAML: {failure.problem}", "Correct the indentation or the quotes here."
        ) from failure
    except (yaml.YAMLError, RecursionError, ValueError) as failure:
        raise _refuse(file, 0, "no valid YAML", "Correct the file.") from failure
    if node is None:
        raise _refuse(file, 0, "the file is empty", "Write the declaration, or delete the file.")
    return _value(node, file, 0)


def _refuse(file: Path, line: int, message: str, remedy: str) -> Unreadable:
    return Unreadable(Problem(file, line, message, remedy, "yaml.unreadable"))


def _refuse_aliases(source: str, file: Path) -> None:
    for event in yaml.parse(source, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise _refuse(file, line, "aliases are not used here", "Write the value out.")


def _value(node: yaml.Node, file: Path, depth: int) -> Value:
    place = Place(file, node.start_mark.line + 1 if node.start_mark else 0)
    if depth > DEEPEST:
        raise _refuse(file, place.line, "nested too deeply", "Flatten the declaration.")
    if isinstance(node, yaml.ScalarNode):
        return Scalar(node.value, node.tag == "tag:yaml.org,2002:null", place)
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_value(one, file, depth + 1) for one in node.value), place)
    return _entries(node, file, place, depth)


def _entries(node: yaml.Node, file: Path, place: Place, depth: int) -> Entries:
    entries: dict[str, Value] = {}
    places: dict[str, Place] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise _refuse(file, line, "a key must be a plain word", "Write the key as a word.")
        if key.value in entries:
            raise _refuse(file, line, f"{key.value!r} is written twice", "Keep one of the two.")
        entries[key.value] = _value(value, file, depth + 1)
        places[key.value] = Place(file, line)
    return Entries(entries, places, place)
