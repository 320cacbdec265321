"""Where a value comes from: a dotted path, a constant, or a named function of rules.py with named arguments.

That is all YAML may say; anything longer is a function in rules.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from saola_blueprint.schema.places import NOWHERE, Place

ROOTS = ("answers", "labels", "applicant", "kept", "dossier", "authority", "lookups", "today")


@dataclass(frozen=True, slots=True)
class FromPath:
    """A dotted path such as `answers.child.full_name`; its first word is one of `ROOTS`.

    `labels.child.sex` is the answer as people read it: `labels` then maps each choice to its label in
    the country's default language.
    """

    path: str
    labels: Mapping[str, str] | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed text, written `{constant: newborn}`."""

    value: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FromRule:
    """The result of a rule, written `{rule: name, with: {argument: source}}`."""

    rule: str
    arguments: Mapping[str, FromPath | Constant]
    place: Place = field(default=NOWHERE, compare=False)


Source: TypeAlias = FromPath | Constant | FromRule


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of an answer with a constant: `requester.relationship = other`. `path` has no `answers.`."""

    path: str
    operator: Literal["=", "!=", "present", "absent"]
    value: str | bool | int | None
    place: Place = field(default=NOWHERE, compare=False)
