"""Reading a YAML file strictly: every key is asked for by its type, and what nobody asked for is an error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import ConfigurationInvalid

MISSING: Any = object()


class Section:
    """One mapping of the file. Relative paths are taken from `folder`. All methods raise ConfigurationInvalid."""

    def __init__(self, name: str, content: object, folder: Path) -> None:
        if not isinstance(content, Mapping):
            raise ConfigurationInvalid(f"{name or 'the file'}: must be a mapping of keys to values")
        self.name = name
        self._content = dict(content)
        self._folder = folder

    def wrong(self, key: str, what: str) -> ConfigurationInvalid:
        """The error that says what is wrong with a key, and where the key stands."""
        place = f"{self.name}.{key}" if self.name and key else self.name or key
        return ConfigurationInvalid(f"{place}: {what}")

    def end(self) -> None:
        """Refuse the keys that were not asked for."""
        if self._content:
            raise self.wrong(str(next(iter(self._content))), "is not a key that is known here")

    def section(self, key: str, usual: object = MISSING) -> Section:
        """A mapping inside this one."""
        return Section(f"{self.name}.{key}".strip("."), self._take(key, usual), self._folder)

    def sections(self, key: str) -> list[Section]:
        """A list of mappings, empty when absent."""
        items = self._take(key, [])
        if not isinstance(items, list):
            raise self.wrong(key, "must be a list")
        place = f"{self.name}.{key}".strip(".")
        return [Section(f"{place}[{index}]", item, self._folder) for index, item in enumerate(items)]

    def text(self, key: str, usual: str = MISSING) -> str:
        """A text that is not empty."""
        value = self._take(key, usual)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be a text")
        return value.strip()

    def optional_text(self, key: str) -> str | None:
        """A text, or None when it is absent or null."""
        return self.text(key) if self._present(key) else None

    def number(self, key: str, usual: int = MISSING) -> int:
        """A whole number above 0."""
        value = self._take(key, usual)
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise self.wrong(key, "must be a whole number above 0")
        return value

    def optional_number(self, key: str) -> int | None:
        """A whole number above 0, or None when it is absent or null."""
        return self.number(key) if self._present(key) else None

    def port(self, key: str, usual: int) -> int:
        """A TCP port."""
        value = self.number(key, usual)
        if value > 65535:
            raise self.wrong(key, "must be a port, 1 to 65535")
        return value

    def seconds(self, key: str, usual: float, *, least: float = 0.1) -> float:
        """A length of time."""
        value = self._take(key, usual)
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value < math.inf:
            raise self.wrong(key, f"must be a number of seconds, at least {least:g}")
        return float(value)

    def url(self, key: str) -> str:
        """The address of something that speaks HTTP."""
        value = self.text(key)
        if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname:
            raise self.wrong(key, "must be an address beginning with http:// or https://")
        return value

    def optional_url(self, key: str) -> str | None:
        """An address, or None when it is absent or null."""
        return self.url(key) if self._present(key) else None

    def path(self, key: str) -> Path:
        """A file or folder."""
        return self._folder / Path(self.text(key)).expanduser()

    def optional_secret(self, key: str) -> str | None:
        """The content of the file that the key names, or None when the key is absent or null."""
        name = self.optional_text(key)
        if name is None:
            return None
        try:
            secret = (self._folder / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as exc:
            raise self.wrong(key, f"the secret cannot be read: {type(exc).__name__}") from exc
        if len(secret) < 16 or not secret.isascii():
            raise self.wrong(key, "the secret must have at least 16 ASCII characters")
        return secret

    def _present(self, key: str) -> bool:
        if self._content.get(key) is None:
            self._content.pop(key, None)
            return False
        return True

    def _take(self, key: str, usual: object) -> Any:
        value = self._content.pop(key, usual)
        if value is MISSING:
            raise self.wrong(key, "is missing")
        return value
