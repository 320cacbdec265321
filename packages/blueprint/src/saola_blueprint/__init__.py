"""The engine of declarations: what a country says in files, read, checked and reckoned with.

`load_country(folder)` gives a `Country` or raises `CountryInvalid` with every problem found.
The shapes are in `saola_blueprint.schema`; what can be reckoned with them is in
`saola_blueprint.rules` and `saola_blueprint.calendar`, both pure.
"""

from pathlib import Path

from saola_blueprint.errors import BlueprintError, CountryInvalid, CountryUnusable, Problem
from saola_blueprint.schema import Country, rule

__all__ = ["BlueprintError", "Country", "CountryInvalid", "CountryUnusable", "Problem", "load_country", "rule"]


def load_country(folder: Path) -> Country:
    """Read the country in `folder` and check it (all but its cases, which are tests).

    Raises `CountryInvalid` with every problem, or `CountryUnusable` when there is no country there.
    """
    from saola_blueprint.checks import STRUCTURE, check_folder

    country, problems = check_folder(folder, checks=STRUCTURE)
    if country is None or problems:
        raise CountryInvalid(problems)
    return country
