"""The named, dated functions of a country's rules.py, and the decorator that declares one.

    @rule("personal_number", since="2016-01-01", reference="Decree …, art. 13")
    def personal_number_2016(*, data, sequence, today, prefix): ...

Two functions may share a name when they begin on different days: the one in force on the asked day is called.
A rule takes only those of the offered arguments that it needs, all of them by keyword.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from saola_blueprint.errors import RuleFailed, RuleMissing
from saola_blueprint.schema.places import NOWHERE, Place

Function = TypeVar("Function", bound=Callable[..., Any])
MARK = "__saola_rule__"


@dataclass(frozen=True, slots=True)
class Rule:
    """One function of rules.py with its name, first day and legal reference."""

    name: str
    since: date
    reference: str
    function: Callable[..., Any] = field(compare=False)
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the arguments the function takes."""
        code = self.function.__code__
        return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules by name, each name's versions oldest first."""

    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        return name in self.rules

    def on(self, name: str, day: date) -> Rule:
        """The version of rule `name` in force on `day`; raises `RuleMissing`."""
        known = [rule for rule in self.rules.get(name, ()) if rule.since <= day]
        if not known:
            raise RuleMissing(f"no rule {name!r} is in force on {day.isoformat()}")
        return known[-1]

    def call(self, name: str, *, on: date, **arguments: Any) -> Any:
        """Call the version in force on `on` with those of the arguments that it takes.

        Raises `RuleMissing`, or `RuleFailed` when the function raises.
        """
        rule = self.on(name, on)
        try:
            return rule.function(**{key: value for key, value in arguments.items() if key in rule.arguments})
        except Exception as failure:
            raise RuleFailed(f"rule {name!r} failed: {type(failure).__name__}") from failure

    def joined_with(self, other: Rulebook) -> Rulebook:
        """This rulebook over `other`: names here hide the same names there."""
        return Rulebook({**other.rules, **self.rules})


def rule(name: str, *, since: str, reference: str) -> Callable[[Function], Function]:
    """Declare a function as rule `name`, in force from `since` (YYYY-MM-DD), resting on `reference`."""

    def declare(function: Function) -> Function:
        setattr(function, MARK, (name, date.fromisoformat(since), reference))
        return function

    return declare
