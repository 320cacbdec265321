"""What can go wrong with a country's declarations, and what to do about each.

A `Problem` is a finding in a file, made for the person who edits it. An error is raised when a
program cannot go on; it carries a stable code, a detail safe to show, whose fault it is, a remedy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Fault = Literal["caller", "peer", "us", "operator"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding: where it stands, what is wrong, what to do. `line` counts from 1; 0 means the whole file."""

    file: Path
    line: int
    message: str
    remedy: str
    code: str

    def __str__(self) -> str:
        """The finding in one line, as editors and compilers write it."""
        return f"{self.file}:{self.line}: {self.message} [{self.code}] -> {self.remedy}"


class BlueprintError(Exception):
    """Base of every error of this package."""

    code = "blueprint.error"
    fault: Fault = "operator"
    remedy = "Run `saola check` on the country folder and correct what it names."

    def __init__(self, detail: str) -> None:
        """`detail` is safe to show: no personal data, no secret."""
        super().__init__(detail)
        self.detail = detail


class CountryInvalid(BlueprintError):
    """The country folder was read and has problems; nothing of it may be used."""

    code = "blueprint.country_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """`problems` is not empty; it is kept sorted by file and line."""
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CountryUnusable(BlueprintError):
    """There is no country in this folder at all (no folder, no `country.yaml`)."""

    code = "blueprint.country_unusable"
    remedy = "Give the folder that holds country.yaml, for instance countries/template."


class NoValueOn(BlueprintError):
    """A dated value is asked for a day before its first `since`."""

    code = "blueprint.no_value_on"
    fault: Fault = "caller"
    remedy = "Ask for a later day, or add the older value with its `since` and `reference`."


class RuleMissing(BlueprintError):
    """No rule of that name is in force on that day."""

    code = "blueprint.rule_missing"
    remedy = "Write the rule in rules.py, or correct its name or its `since`."


class RuleFailed(BlueprintError):
    """A rule raised an exception, or gave what its use does not allow."""

    code = "blueprint.rule_failed"
    remedy = "Correct the rule in rules.py and add the case to cases/."


class PathUnknown(BlueprintError):
    """A dotted path leads nowhere in the facts given."""

    code = "blueprint.path_unknown"
    remedy = "Correct the path: answers.section.field, applicant.…, kept.…, dossier.…, authority.…, today."
