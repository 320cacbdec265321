"""The little that identity needs to know of its country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from saola_blueprint import BlueprintError, load_country
from saola_theme.formats import format_modules

from saola_identity.errors import ConfigurationInvalid


@dataclass(frozen=True, slots=True)
class CountryFacts:
    """Languages (tag → own name), time zone, ISO 3166-1 code, names by language, organisations, texts, formats."""

    languages: Mapping[str, str]
    default_language: str
    timezone: str
    territory: str
    name: Mapping[str, str]
    site_name: Mapping[str, str]
    organisations: Mapping[str, str]
    locale: Path
    formats: Sequence[str]


def read_country(folder: Path) -> CountryFacts:
    """The facts from a country folder; raises ConfigurationInvalid when it cannot be used."""
    try:
        country = load_country(folder)
    except BlueprintError as exc:
        raise ConfigurationInvalid(f"{folder}: the country cannot be used: {exc}") from exc
    return CountryFacts(
        languages=dict(country.languages),
        default_language=country.default_language,
        timezone=country.timezone,
        territory=country.territory,
        name=dict(country.name),
        site_name=dict(country.site_names.get("identity", {})),
        organisations={code: str(one.name) for code, one in country.organisations.items()},
        locale=country.folder / "locale",
        formats=format_modules(country_folder=country.folder),
    )
