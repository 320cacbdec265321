"""The numbers of the law on a given day, for rules and for texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from saola_blueprint.errors import NoValueOn
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.procedures import Notice
from saola_blueprint.schema.texts import Text


def parameters_on(country: Country, day: date) -> Mapping[str, int]:
    """Every parameter that has a value on `day`."""
    values = {}
    for name, parameter in country.parameters.items():
        try:
            values[name] = parameter.values.on(day)
        except NoValueOn:
            continue  # not law yet on that day
    return values


def notice_text(*, country: Country, notice: Notice, on: date) -> Text:
    """A notice with its parameters filled in as they are on a day; raises `NoValueOn`."""
    return notice.text.format(**{name: country.parameters[name].values.on(on) for name in notice.parameters})
