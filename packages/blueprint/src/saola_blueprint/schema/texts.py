"""Texts in the languages of a country."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Text(Mapping[str, str]):
    """One text in several languages: a mapping from language tag (`en`) to the text, never empty."""

    default_language: str
    versions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, *, default_language: str, versions: Mapping[str, str]) -> Text:
        """Make a text from a plain mapping, keeping its order."""
        return cls(default_language, tuple(versions.items()))

    def in_(self, language: str) -> str:
        """The text in `language` (`fr-CH` counts as `fr`), else in the default language, else in any."""
        versions = dict(self.versions)
        for tag in (language, language.partition("-")[0], self.default_language):
            if tag in versions:
                return versions[tag]
        return next(iter(versions.values()))

    def format(self, **values: Any) -> Text:
        """The same text with `{name}` replaced by `values[name]` in each language."""
        return Text(self.default_language, tuple((tag, fill(text, values)) for tag, text in self.versions))

    def __getitem__(self, language: str) -> str:
        return dict(self.versions)[language]

    def __iter__(self) -> Iterator[str]:
        return (tag for tag, _ in self.versions)

    def __len__(self) -> int:
        return len(self.versions)

    def __str__(self) -> str:
        """The text in the default language."""
        return self.in_(self.default_language)


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Replace `{name}`; not `str.format`, which would reach into attributes of what it is given."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text
