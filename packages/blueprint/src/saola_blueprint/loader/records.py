"""Strict reading of a mapping: every key is either read by name or reported as unknown.

A missing or wrong value is reported and an empty one given in its place, so that one run finds all
problems; what was read this way is never handed out (`load_country` raises).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Self, TypeVar

from saola_blueprint.errors import Problem
from saola_blueprint.loader.yaml_lines import Entries, Items, Scalar, Value
from saola_blueprint.schema.places import Place
from saola_blueprint.schema.registers import Choice
from saola_blueprint.schema.texts import Text

T = TypeVar("T")


@dataclass(slots=True)
class Findings:
    """Collects problems while reading."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, place: Place, code: str, message: str, remedy: str) -> None:
        """Report one problem at a place."""
        self.problems.append(Problem(place.file, place.line, message, remedy, code))


@dataclass(frozen=True, slots=True)
class Languages:
    """The language tags of the country, and the default one."""

    tags: tuple[str, ...]
    default: str


class Record:
    """One mapping being read; use as a context manager, so that unknown keys are reported at its end."""

    def __init__(self, value: Value, findings: Findings, languages: Languages) -> None:
        """`value` that is no mapping is reported and read as an empty one."""
        self.findings = findings
        self.languages = languages
        self.place = value.place
        self._read: set[str] = set()
        if isinstance(value, Entries):
            self._entries = value
        else:
            self._entries = Entries({}, {}, value.place)
            self.wrong(value.place, "a mapping (name: value) is expected here", "Write `name: value` lines.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for key in self._entries.entries:
            if key not in self._read:
                known = ", ".join(sorted(self._read))
                self.findings.add(
                    self._entries.places[key],
                    "schema.unknown_key",
                    f"{key!r} is not known here",
                    f"Delete it, or use one of: {known}.",
                )

    def wrong(self, place: Place, message: str, remedy: str) -> None:
        """Report a value of the wrong kind."""
        self.findings.add(place, "schema.wrong_value", message, remedy)

    def place_of(self, key: str) -> Place:
        """The line of a key, or of the mapping when the key is missing."""
        return self._entries.places.get(key, self.place)

    def has(self, key: str) -> bool:
        """Whether the key is written and has a value."""
        value = self._entries.entries.get(key)
        return value is not None and not (isinstance(value, Scalar) and value.null)

    def keys(self) -> tuple[str, ...]:
        """All keys as written."""
        return tuple(self._entries.entries)

    def value(self, key: str) -> Value | None:
        """The raw value, None (and reported) when it is missing."""
        self._read.add(key)
        if not self.has(key):
            self.findings.add(self.place, "schema.missing_key", f"{key!r} is missing", f"Add `{key}: …`.")
            return None
        return self._entries.entries[key]

    def _scalar(self, key: str, kind: str, convert: Callable[[str], T], empty: T) -> T:
        value = self.value(key)
        if value is None:
            return empty
        if isinstance(value, Scalar):
            try:
                return convert(value.text)
            except ValueError:
                pass
        self.wrong(self.place_of(key), f"{key!r} must be {kind}", f"Write `{key}:` followed by {kind}.")
        return empty

    def text(self, key: str) -> str:
        """A text that is not empty."""
        return self._scalar(key, "a text", _not_empty, "")

    def text_or_none(self, key: str) -> str | None:
        """A text, or None when the key is absent."""
        self._read.add(key)
        return self.text(key) if self.has(key) else None

    def integer(self, key: str) -> int:
        """A whole number."""
        return self._scalar(key, "a whole number", int, 0)

    def integer_or_none(self, key: str) -> int | None:
        """A whole number, or None when the key is absent."""
        self._read.add(key)
        return self.integer(key) if self.has(key) else None

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """`true` or `false`; `default` when the key is absent, mandatory without a default."""
        self._read.add(key)
        if default is not None and not self.has(key):
            return default
        return self._scalar(key, "true or false", _flag, False)

    def date(self, key: str) -> date:
        """A day, YYYY-MM-DD."""
        return self._scalar(key, "a date YYYY-MM-DD", _date, date.min)

    def time_or_none(self, key: str) -> time | None:
        """A time of day HH:MM, or None when the key is absent."""
        self._read.add(key)
        return self._scalar(key, "a time HH:MM", _time, time.min) if self.has(key) else None

    def one_of(self, key: str, allowed: tuple[str, ...], *, default: str | None = None) -> str:
        """One of the allowed words."""
        self._read.add(key)
        if default is not None and not self.has(key):
            return default
        word = self.text(key)
        if word and word not in allowed:
            self.wrong(self.place_of(key), f"{key!r} cannot be {word!r}", f"Use one of: {', '.join(allowed)}.")
            return allowed[0]
        return word or allowed[0]

    def words(self, key: str, *, allowed: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts; empty when the key is absent."""
        words = tuple(one.text for one in self.items(key) if self._is_scalar(key, one))
        for word in words:
            if allowed is not None and word not in allowed:
                self.wrong(self.place_of(key), f"{key!r} cannot hold {word!r}", f"Use: {', '.join(allowed)}.")
        return words

    def _is_scalar(self, key: str, value: Value) -> bool:
        if isinstance(value, Scalar) and not value.null:
            return True
        self.wrong(value.place, f"{key!r} must be a list of words", "Write `- word` lines.")
        return False

    def items(self, key: str) -> tuple[Any, ...]:
        """The values of a list; empty when the key is absent."""
        self._read.add(key)
        if not self.has(key):
            return ()
        value = self._entries.entries[key]
        if isinstance(value, Items):
            return value.items
        self.wrong(self.place_of(key), f"{key!r} must be a list", "Write `- …` lines.")
        return ()

    def records(self, key: str) -> Iterator[Record]:
        """Each mapping of a list."""
        for value in self.items(key):
            with Record(value, self.findings, self.languages) as record:
                yield record

    def record(self, key: str) -> Record:
        """The mapping under `key`; an empty one when it is missing (reported)."""
        value = self.value(key)
        return Record(value or Entries({}, {}, self.place_of(key)), self.findings, self.languages)

    def named(self, key: str) -> Iterator[tuple[str, Record]]:
        """Each entry of a mapping of mappings, by its name; none when the key is absent."""
        for name, value in self.raw_named(key):
            with Record(value, self.findings, self.languages) as record:
                record.place = self._inner_place(key, name)
                yield name, record

    def raw_named(self, key: str) -> tuple[tuple[str, Value], ...]:
        """The entries of a mapping, unread; none when the key is absent."""
        self._read.add(key)
        if not self.has(key):
            return ()
        value = self._entries.entries[key]
        if isinstance(value, Entries):
            return tuple(value.entries.items())
        self.wrong(self.place_of(key), f"{key!r} must be a mapping", "Write `name: …` lines.")
        return ()

    def _inner_place(self, key: str, name: str) -> Place:
        value = self._entries.entries[key]
        return value.places[name] if isinstance(value, Entries) else value.place

    def plain(self, key: str) -> dict[str, str]:
        """A mapping of texts; empty when the key is absent."""
        pairs = self.raw_named(key)
        return {name: value.text for name, value in pairs if isinstance(value, Scalar) and self._is_scalar(key, value)}

    def translated(self, key: str) -> Text:
        """A text in every language of the country, written `{en: …, …}`."""
        value = self.value(key)
        return self.translation_of(value, key) if value is not None else self.empty_text()

    def translated_or_none(self, key: str) -> Text | None:
        """The same, or None when the key is absent."""
        self._read.add(key)
        return self.translated(key) if self.has(key) else None

    def translation_of(self, value: Value, name: str) -> Text:
        """Read a value as a text in every language."""
        if not isinstance(value, Entries):
            self.wrong(value.place, f"{name!r} must be written in each language", self._language_remedy())
            return self.empty_text()
        versions = {tag: one.text for tag, one in value.entries.items() if isinstance(one, Scalar) and one.text.strip()}
        for tag in self.languages.tags:
            if tag not in versions:
                self.findings.add(
                    value.place, "text.missing_translation", f"{name!r} is missing in {tag!r}", self._language_remedy()
                )
        for tag in versions:
            if tag not in self.languages.tags:
                self.findings.add(
                    value.places[tag], "text.unknown_language", f"{tag!r} is no language here", self._language_remedy()
                )
        return Text.of(default_language=self.languages.default, versions=versions or {self.languages.default: ""})

    def texts_by_name(self, key: str) -> Mapping[str, Text]:
        """A mapping of names to texts in every language."""
        return {name: self.translation_of(value, name) for name, value in self.raw_named(key)}

    def choices(self, key: str) -> tuple[Choice, ...]:
        """Allowed values with their labels."""
        return tuple(Choice(name, label) for name, label in self.texts_by_name(key).items())

    def empty_text(self) -> Text:
        """What stands in for a text that could not be read."""
        return Text.of(default_language=self.languages.default, versions={self.languages.default: ""})

    def _language_remedy(self) -> str:
        return "Write {" + ", ".join(f"{tag}: …" for tag in self.languages.tags) + "}."


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("empty")
    return text


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("no flag")
    return text == "true"


def _date(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError("no date")
    return day


def _time(text: str) -> time:
    hour = time.fromisoformat(text)
    if hour.isoformat("minutes") != text:
        raise ValueError("no time")
    return hour
