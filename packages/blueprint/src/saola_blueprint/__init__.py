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
    """Read and check the country in `folder`; raises `CountryInvalid` or `CountryUnusable`."""
    from saola_blueprint.loader import read_and_check

    return read_and_check(folder)
