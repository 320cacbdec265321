"""Reading the operator's YAML files: known keys only, right types, errors that name the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from saola_exchange.registry.errors import RegistryStateInvalid


class Section:
    """One mapping of a file. Every key must be asked for; `close` refuses those that nobody knows."""

    def __init__(self, value: object, *, where: str, folder: Path) -> None:
        """`where` names the place for messages, `folder` is what relative paths start from."""
        if not isinstance(value, Mapping):
            raise RegistryStateInvalid(f"{where} must be a mapping of names to values")
        self._left: dict[str, Any] = {str(key): item for key, item in value.items()}
        self._where = where
        self._folder = folder

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._left.pop(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            raise RegistryStateInvalid(f"{self._where}: {key} must be text; write it in quotes")
        if not isinstance(value, str) or not value:
            raise RegistryStateInvalid(f"{self._where}: {key} is missing or not text")
        return value

    def optional_text(self, key: str) -> str | None:
        """A text, or None when it is left out or null."""
        return None if self._left.get(key) is None and self._left.pop(key, None) is None else self.text(key)

    def number(self, key: str, default: int) -> int:
        """A whole number from 1 on."""
        value = self._left.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise RegistryStateInvalid(f"{self._where}: {key} must be a whole number from 1 on")
        return value

    def path(self, key: str) -> Path:
        """A path, relative ones from the file's folder."""
        return self.resolve(self.text(key))

    def resolve(self, path: str) -> Path:
        """A path as the file means it."""
        return self._folder / path

    def items(self, key: str) -> list[Any]:
        """A list, empty when left out."""
        value = self._left.pop(key, None)
        if value is None:
            return []
        if not isinstance(value, list):
            raise RegistryStateInvalid(f"{self._where}: {key} must be a list")
        return value

    def sections(self, key: str) -> list[Section]:
        """A list of mappings."""
        place = f"{self._where}: {key}"
        return [Section(item, where=f"{place}[{n}]", folder=self._folder) for n, item in enumerate(self.items(key))]

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        values = self.items(key)
        if not all(isinstance(value, str) and value for value in values):
            raise RegistryStateInvalid(f"{self._where}: {key} must be a list of texts")
        return values

    def paths(self, key: str) -> list[Path]:
        """A list of paths."""
        return [self._folder / value for value in self.texts(key)]

    def close(self) -> None:
        """Refuse keys that nobody asked for. Raises RegistryStateInvalid."""
        if self._left:
            raise RegistryStateInvalid(f"{self._where}: unknown key {', '.join(sorted(self._left))}")


def read_yaml(path: Path) -> object:
    """The content of a YAML file. Raises RegistryStateInvalid."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else str(exc).replace("\n", " ")
        raise RegistryStateInvalid(f"{path} cannot be read: {reason}") from exc


def read_section(path: Path) -> Section:
    """A file that is one mapping. Raises RegistryStateInvalid."""
    return Section(read_yaml(path), where=str(path), folder=path.parent)


def read_sections(path: Path) -> list[Section]:
    """A file that is a list of mappings. Raises RegistryStateInvalid."""
    value = read_yaml(path)
    if not isinstance(value, list):
        raise RegistryStateInvalid(f"{path} must be a list")
    return [Section(item, where=f"{path}[{number}]", folder=path.parent) for number, item in enumerate(value)]
