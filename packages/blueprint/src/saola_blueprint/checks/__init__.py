"""What `saola check` looks at: a list of functions of one shape, each from a country to its problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from saola_blueprint.checks.cases import check_cases
from saola_blueprint.checks.forms import check_forms
from saola_blueprint.checks.operations import check_operations
from saola_blueprint.checks.organisations import check_organisations
from saola_blueprint.checks.procedures import check_country_texts, check_procedures
from saola_blueprint.checks.registers import check_identifiers, check_registers
from saola_blueprint.checks.rule_uses import check_rule_uses
from saola_blueprint.checks.workflows import check_workflows
from saola_blueprint.errors import Problem
from saola_blueprint.loader import read
from saola_blueprint.schema.countries import Country

Check = Callable[[Country], Iterable[Problem]]

STRUCTURE: tuple[Check, ...] = (
    check_country_texts,
    check_identifiers,
    check_organisations,
    check_registers,
    check_rule_uses,
    check_procedures,
    check_forms,
    check_operations,
    check_workflows,
)
ALL: tuple[Check, ...] = (*STRUCTURE, check_cases)


def check_folder(folder: Path, *, checks: Sequence[Check] = ALL) -> tuple[Country | None, tuple[Problem, ...]]:
    """Read a country and run checks on it; raises `CountryUnusable` when there is none in the folder.

    When reading found problems, the checks are not run: they would report what follows from them. The
    cases are run only when nothing else is wrong, for the same reason.
    """
    reading = read(folder)
    if reading.country is None or reading.problems:
        return reading.country, reading.problems
    country = reading.country
    problems = {problem for check in checks if check is not check_cases for problem in check(country)}
    if check_cases in checks and not problems:
        problems = set(check_cases(country))
    return country, tuple(sorted(problems))
