"""The country that this site serves: the blueprint's `Country`, loaded once per process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from saola_blueprint import BlueprintError, Country, load_country

from saola_platform.errors import ConfigurationInvalid
from saola_platform.kernel.configuration import site

_in_place: list[Country] = []


@cache
def _loaded(folder: Path) -> Country:
    try:
        return load_country(folder)
    except BlueprintError as exc:
        raise ConfigurationInvalid(
            f"the country folder {folder} is not usable: {exc}", remedy=f"Run: saola check {folder}"
        ) from exc


def country() -> Country:
    """The declarations of the configured country folder; raises ConfigurationInvalid."""
    return _in_place[-1] if _in_place else _loaded(site().country)


@contextmanager
def using(other: Country) -> Iterator[Country]:
    """For tests: within the block the site serves `other`."""
    _in_place.append(other)
    try:
        yield other
    finally:
        _in_place.pop()
