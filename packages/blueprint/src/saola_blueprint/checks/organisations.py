"""Organisations: known levels and parents, no circle, and each reachable over the exchange."""

from __future__ import annotations

from collections.abc import Iterator

from saola_blueprint.checks.findings import one_of, problem
from saola_blueprint.errors import Problem
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.organisations import Organisation


def check_organisations(country: Country) -> Iterator[Problem]:
    """Every organisation by itself and among the others."""
    for organisation in country.organisations.values():
        yield from _references(country, organisation)
        if _in_circle(country, organisation):
            yield problem(
                organisation.place,
                "organisation.circle",
                f"{organisation.code} is its own parent, directly or not",
                "Correct `parent` so that it leads upwards.",
            )
        elif country.exchange_of(organisation.code) is None:
            yield problem(
                organisation.place,
                "organisation.unreachable",
                f"neither {organisation.code} nor a parent of it has an exchange address",
                "Add `exchange: {member_class: …, member_code: …}` here or to a parent.",
            )


def _references(country: Country, organisation: Organisation) -> Iterator[Problem]:
    place = organisation.place
    if place.file.stem != organisation.code:
        yield problem(
            place,
            "organisation.file_name",
            f"the file of {organisation.code} is not named after it",
            f"Rename it to {organisation.code}.yaml, or correct `code`.",
        )
    if organisation.level not in country.levels:
        yield problem(
            place, "organisation.level_unknown", f"there is no level {organisation.level!r}", one_of(country.levels)
        )
    if organisation.parent is not None and organisation.parent not in country.organisations:
        yield problem(
            place,
            "organisation.parent_unknown",
            f"there is no organisation {organisation.parent!r}",
            one_of(country.organisations),
        )


def _in_circle(country: Country, organisation: Organisation) -> bool:
    seen = {organisation.code}
    parent = organisation.parent
    while parent is not None and parent in country.organisations:
        if parent in seen:
            return True
        seen.add(parent)
        parent = country.organisations[parent].parent
    return False
