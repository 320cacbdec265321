"""Reads a mapping into a frozen dataclass and refuses whatever was not foreseen.

An unknown key, a missing key or a value of another type stops the start with the key's full
name, so that a misspelt setting can never be silently ignored.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from saola_platform.errors import ConfigurationInvalid

T = TypeVar("T")


def read(cls: type[T], data: object, *, where: str, folder: Path) -> T:
    """One `cls` from `data`; `where` prefixes messages, relative paths are taken from `folder`."""
    if not isinstance(data, Mapping):
        raise ConfigurationInvalid(f"{where}: expected a mapping of settings, got {_kind(data)}")
    known = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(str(key) for key in data if key not in known)
    if unknown:
        raise ConfigurationInvalid(f"{where}: unknown setting {', '.join(unknown)}; known: {', '.join(known)}")
    hints = get_type_hints(cls)
    values = {
        name: _convert(hints[name], _value(data, field=field, where=where), where=f"{where}.{name}", folder=folder)
        for name, field in known.items()
        if name in data or _is_required(field)
    }
    return cls(**values)


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _value(data: Mapping[Any, Any], *, field: Field[Any], where: str) -> object:
    if field.name not in data:
        raise ConfigurationInvalid(f"{where}: the setting {field.name} is missing")
    return data[field.name]


def _convert(hint: Any, value: object, *, where: str, folder: Path) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        if value is None and type(None) in arguments:
            return None
        inner = next(argument for argument in arguments if argument is not type(None))
        return _convert(inner, value, where=where, folder=folder)
    if origin is Literal:
        if value not in arguments:
            raise ConfigurationInvalid(f"{where}: {value!r} is none of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise ConfigurationInvalid(f"{where}: expected a list, got {_kind(value)}")
        return tuple(_convert(arguments[0], item, where=f"{where}[{n}]", folder=folder) for n, item in enumerate(value))
    if is_dataclass(hint) and isinstance(hint, type):
        return read(hint, value, where=where, folder=folder)
    return _plain(hint, value, where=where, folder=folder)


def _plain(hint: Any, value: object, *, where: str, folder: Path) -> object:
    if hint is Path:
        if not isinstance(value, str) or not value:
            raise ConfigurationInvalid(f"{where}: expected a path, got {_kind(value)}")
        return (folder / value).resolve()
    # YAML's true is an int for Python, so the exact type is asked for.
    if type(value) is not hint or value == "":
        raise ConfigurationInvalid(f"{where}: expected {hint.__name__}, got {_kind(value)}")
    return value


def _kind(value: object) -> str:
    return "nothing" if value is None or value == "" else f"{value!r} ({type(value).__name__})"
