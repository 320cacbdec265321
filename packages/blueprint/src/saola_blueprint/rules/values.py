"""Working out the values that declarations name: dotted paths, constants, results of rules.

`facts` is what paths lead into; roots that are not there yet may be left out:

- `answers`: `section.field` to value;
- `applicant`: `personal_number`, `full_name`;
- `dossier`: `code`, `submission_id`, `received_on` (YYYY-MM-DD);
- `authority`: `code`, `name`, `address` (texts in the default language);
- `kept`: what earlier operations kept;
- `lookups`: the data of each record found, None where none was;
- `today`: the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from saola_blueprint.errors import PathUnknown
from saola_blueprint.schema.rulebook import Rulebook
from saola_blueprint.schema.sources import Constant, FromPath, FromRule, Source

Facts = Mapping[str, Any]
MAY_BE_MISSING = ("answers", "lookups")


def value_at(path: str, facts: Facts) -> Any:
    """The value at a dotted path; dates become YYYY-MM-DD.

    What was not answered or not found is None; any other path that leads nowhere raises `PathUnknown`.
    """
    root, _, rest = path.partition(".")
    if root == "today":
        return plain(facts.get("today"))
    value: Any = facts.get(root, {})
    if root == "answers":
        return plain(value.get(rest))
    for word in rest.split("."):
        if not isinstance(value, Mapping) or word not in value:
            if root in MAY_BE_MISSING:
                return None
            raise PathUnknown(f"{path} leads nowhere: there is no {word!r}")
        value = value[word]
    return plain(value)


def resolve(source: Source, *, facts: Facts, rules: Rulebook, on: date) -> Any:
    """The value of a source on a day; raises `PathUnknown`, `RuleMissing`, `RuleFailed`."""
    match source:
        case Constant():
            return source.value
        case FromPath(labels=None):
            return value_at(source.path, facts)
        case FromPath():
            value = value_at("answers." + source.path.partition(".")[2], facts)
            return (source.labels or {}).get(value, value) if isinstance(value, str) else value
        case FromRule():
            arguments = {name: resolve(one, facts=facts, rules=rules, on=on) for name, one in source.arguments.items()}
            return plain(rules.call(source.rule, on=on, **arguments))


def resolve_all(sources: Mapping[str, Source], *, facts: Facts, rules: Rulebook, on: date) -> dict[str, Any]:
    """The values of a mapping of sources; those that are None are left out."""
    values = {name: resolve(source, facts=facts, rules=rules, on=on) for name, source in sources.items()}
    return {name: value for name, value in values.items() if value is not None}


def plain(value: Any) -> Any:
    """The value as it travels in JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value
