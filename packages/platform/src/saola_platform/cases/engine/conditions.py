"""The only expressions a workflow model may contain: one comparison, or one named variable.

Nothing here evaluates Python. ``outcome == "grant"``, ``copies > 0``, ``urgent``, ``not urgent`` are the whole
language; ``=`` is read as ``==``, and the ``=`` or ``${…}`` that modelling tools put around an expression is taken off.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from saola_platform.cases.errors import ConditionRefused

Value = str | int | float | bool | None

_NAME = r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*"
_COMPARISON = re.compile(rf"^({_NAME})\s*(==|=|!=|<=|>=|<|>)\s*(\S.*)$", re.DOTALL)
_NAMED = re.compile(rf"^(not\s+)?({_NAME})$")
_QUOTED = re.compile(r"^(?:\"([^\"\\]*)\"|'([^'\\]*)')$")
_NUMBER = re.compile(r"^-?\d{1,15}(?:\.\d{1,6})?$")
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a named variable with a literal value."""

    name: str
    compare: str
    value: Value

    def holds(self, variables: Mapping[str, object]) -> bool:
        """Whether it is true of these variables; :class:`ConditionRefused` when the variable is not set."""
        found = _lookup(self.name, variables)
        if self.compare in {"==", "!="}:
            return _COMPARE[self.compare](found, self.value)
        if not _comparable(found, self.value):
            raise ConditionRefused(f"{self.name!r} cannot be compared with {self.value!r} by {self.compare}.")
        return _COMPARE[self.compare](found, self.value)


def read_condition(text: str) -> Condition:
    """Read one condition; :class:`ConditionRefused` for everything that is more than a single comparison."""
    expression = _bare(text)
    if named := _NAMED.match(expression):
        if named[2] not in _WORDS:
            return Condition(name=named[2], compare="==", value=not named[1])
    elif (comparison := _COMPARISON.match(expression)) is not None:
        compare = "==" if comparison[2] == "=" else comparison[2]
        return Condition(name=comparison[1], compare=compare, value=_literal(comparison[3].strip(), text))
    raise ConditionRefused(f"{text.strip()[:80]!r} is not a single comparison.")


def _bare(text: str) -> str:
    expression = text.strip()
    if expression.startswith("${") and expression.endswith("}"):
        return expression[2:-1].strip()
    return expression.removeprefix("=").strip()


def _literal(text: str, whole: str) -> Value:
    if quoted := _QUOTED.match(text):
        return quoted[1] if quoted[1] is not None else quoted[2]
    if _NUMBER.match(text):
        return float(text) if "." in text else int(text)
    if text in _WORDS:
        return _WORDS[text]
    raise ConditionRefused(
        f"{whole.strip()[:80]!r} compares with something that is neither text, number, true nor false."
    )


def _lookup(name: str, variables: Mapping[str, object]) -> Value:
    found: object = variables
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise ConditionRefused(f"The variable {name!r} is not set at this point of the process.")
        found = found[part]
    if found is not None and not isinstance(found, str | int | float | bool):
        raise ConditionRefused(f"The variable {name!r} is not a plain value.")
    return found


def _comparable(left: Value, right: Value) -> bool:
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    return numbers or (isinstance(left, str) and isinstance(right, str))
