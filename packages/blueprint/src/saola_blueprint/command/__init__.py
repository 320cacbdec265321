"""`saola check FOLDER …`: reads countries and answers with file, line and remedy of everything wrong."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from saola_blueprint.checks import check_folder
from saola_blueprint.errors import CountryUnusable

OK, PROBLEMS, UNUSABLE = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Check each folder; exit code 0 when all are in order, 1 with problems, 2 when one holds no country."""
    parser = ArgumentParser(prog="saola check", description="Check the declarations of a country.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="for instance countries/template")
    return max(_check(folder) for folder in parser.parse_args(arguments).folders)


def _check(folder: Path) -> int:
    try:
        country, problems = check_folder(folder)
    except CountryUnusable as failure:
        sys.stderr.write(f"{failure.detail}\n  {failure.remedy}\n")
        return UNUSABLE
    for one in problems:
        sys.stdout.write(f"{one.file}:{one.line}: {one.code}: {one.message}\n  {one.remedy}\n")
    if country is None or problems:
        sys.stdout.write(f"{folder}: {len(problems)} problem{'' if len(problems) == 1 else 's'}\n")
        return PROBLEMS
    online = sum(one.online for one in country.procedures.values())
    sys.stdout.write(
        f"{folder}: in order ({len(country.procedures)} procedures, {online} online, "
        f"{len(country.registers)} registers, {len(country.organisations)} organisations)\n"
    )
    return OK
