"""Reads the configuration file and refuses whatever was not foreseen."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import yaml

from saola_identity.configuration.shapes import SCOPES, Client, Configuration, origin_of
from saola_identity.errors import ConfigurationInvalid, FileUnreadable

T = TypeVar("T")


def load(path: Path) -> Configuration:
    """The configuration in `path`; raises ConfigurationInvalid with the name of the setting that is wrong."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise FileUnreadable(path, error=exc) from exc
    except (UnicodeDecodeError, yaml.YAMLError) as exc:
        raise ConfigurationInvalid(f"{path}: is not YAML: {exc}") from exc
    configuration = read(Configuration, data, where=path.name, folder=path.parent.resolve())
    _check(configuration, where=path.name)
    return configuration


@cache
def secret(path: Path) -> str:
    """The content of a secret file without surrounding space; raises ConfigurationInvalid when it says nothing."""
    try:
        content = path.read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise FileUnreadable(path, error=exc, what="the secret") from exc
    except UnicodeDecodeError as exc:
        raise ConfigurationInvalid(f"{path}: the secret is not text: {exc}") from exc
    if not content:
        raise ConfigurationInvalid(f"{path}: the secret is empty")
    return content


def read(cls: type[T], data: object, *, where: str, folder: Path) -> T:
    """One `cls` from a mapping; `where` begins every message."""
    if not isinstance(data, Mapping):
        raise ConfigurationInvalid(f"{where}: expected a mapping of settings, got {_kind(data)}")
    known = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(str(key) for key in data if key not in known)
    if unknown:
        raise ConfigurationInvalid(f"{where}: unknown setting {', '.join(unknown)}; known: {', '.join(known)}")
    required = {name for name, f in known.items() if f.default is MISSING and f.default_factory is MISSING}
    missing = sorted(required - set(data))
    if missing:
        raise ConfigurationInvalid(f"{where}: the setting {missing[0]} is missing")
    hints = get_type_hints(cls)
    return cls(**{name: _convert(hints[name], data[name], f"{where}.{name}", folder) for name in known if name in data})


def _convert(hint: Any, value: object, where: str, folder: Path) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        if value is None and type(None) in arguments:
            return None
        return _convert(next(a for a in arguments if a is not type(None)), value, where, folder)
    if origin is tuple:
        if not isinstance(value, list):
            raise ConfigurationInvalid(f"{where}: expected a list, got {_kind(value)}")
        return tuple(_convert(arguments[0], item, f"{where}[{n}]", folder) for n, item in enumerate(value))
    if origin is Mapping:
        if not isinstance(value, Mapping) or not value:
            raise ConfigurationInvalid(f"{where}: expected texts by language, got {_kind(value)}")
        return {str(key): _convert(str, item, f"{where}.{key}", folder) for key, item in value.items()}
    if is_dataclass(hint) and isinstance(hint, type):
        return read(hint, value, where=where, folder=folder)
    if hint is Path and isinstance(value, str) and value:
        return (folder / value).resolve()
    # YAML's true is an int for Python, so the exact type is asked for.
    if type(value) is not hint or value == "":
        raise ConfigurationInvalid(f"{where}: expected {hint.__name__}, got {_kind(value)}")
    return value


def _kind(value: object) -> str:
    return "nothing" if value is None or value == "" else f"{value!r} ({type(value).__name__})"


def _check(configuration: Configuration, *, where: str) -> None:
    issuer = urlsplit(configuration.issuer)
    if issuer.scheme not in {"http", "https"} or issuer.path or issuer.query or issuer.fragment or not issuer.hostname:
        raise ConfigurationInvalid(
            f"{where}.issuer: expected an address such as https://id.example.org, without a path"
        )
    host, _, port = configuration.listen.rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigurationInvalid(f"{where}.listen: expected HOST:PORT, got {configuration.listen!r}")
    names = [client.client_id for client in configuration.clients]
    if len(set(names)) != len(names):
        raise ConfigurationInvalid(f"{where}.clients: two clients have the same client_id")
    for client in configuration.clients:
        _check_client(client, where=f"{where}.clients.{client.client_id}")


def _check_client(client: Client, *, where: str) -> None:
    if not client.redirect_uris:
        raise ConfigurationInvalid(f"{where}.redirect_uris: at least one is needed")
    for uri in (*client.redirect_uris, *client.post_logout_redirect_uris):
        # RFC 6749 §3.1.2: absolute and without a fragment; compared letter by letter later.
        if not origin_of(uri) or "#" in uri or "*" in uri:
            raise ConfigurationInvalid(f"{where}: {uri!r} is not an absolute http address without fragment")
    unknown = set(client.scopes) - set(SCOPES)
    if unknown or "openid" not in client.scopes:
        raise ConfigurationInvalid(f"{where}.scopes: must hold openid and otherwise only {', '.join(SCOPES)}")
