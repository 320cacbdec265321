"""What the state already knows: which registers to read now, and which answers follow from what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from saola_blueprint.rules.conditions import Answers, holds
from saola_blueprint.rules.values import Facts, plain, resolve
from saola_blueprint.schema.forms import Form, Lookup
from saola_blueprint.schema.procedures import Procedure
from saola_blueprint.schema.rulebook import Rulebook
from saola_blueprint.schema.sources import FromPath, FromRule, Source
from saola_blueprint.schema.texts import Text


@dataclass(frozen=True, slots=True)
class LookupRequest:
    """One read to make now: by `key`, or by trying each of `find` (indexed field, value) in order."""

    id: str
    register: str
    key: str | None
    find: tuple[tuple[str, str], ...]
    legal_ground: Text
    purpose: str


def purpose_of(procedure: Procedure) -> str:
    """The purpose that goes with every message of this procedure."""
    return f"procedure:{procedure.code}"


def lookups_to_make(*, procedure: Procedure, facts: Facts, on: date) -> tuple[LookupRequest, ...]:
    """The reads whose inputs are known and that were not made yet.

    `facts["lookups"]` has an entry for each read already made: the record's data (with its key under
    the register's key field), or None when nothing was found. Call again after each: later reads may
    depend on earlier ones. An empty tuple means that nothing can be read now.
    """
    if procedure.form is None:
        return ()
    done = facts.get("lookups", {})
    answers = facts.get("answers", {})
    wanted = (one for one in procedure.form.lookups if one.id not in done and holds(one.when, answers))
    requests = (_request(one, procedure=procedure, facts=facts, on=on) for one in wanted if _ready(one, done))
    return tuple(one for one in requests if one is not None)


def prefilled_answers(*, form: Form, lookups: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Any]:
    """Answers that follow from the records found so far, by `section.field`."""
    answers: dict[str, Any] = {}
    for field in form.fields:
        record = lookups.get(field.prefill.lookup) if field.prefill else None
        if field.prefill and record and record.get(field.prefill.field) is not None:
            answers[field.path] = plain(record[field.prefill.field])
    return answers


def documents_needed(
    *, procedure: Procedure, answers: Answers, lookups: Mapping[str, Mapping[str, Any] | None]
) -> tuple[str, ...]:
    """Ids of the papers to ask for: those of the situation, less those that data found make unnecessary."""
    return tuple(
        one.id
        for one in procedure.documents
        if holds(one.show_if, answers)
        and not (one.instead_of_data and all(lookups.get(lookup) for lookup in one.instead_of_data))
    )


def lookups_behind(form: Form, *, names: Iterable[str]) -> frozenset[str]:
    """Those lookups, and all that they build on: when one of these brings nothing, the named ones cannot be made."""
    declared = {one.id: one for one in form.lookups}
    behind: set[str] = set()
    waiting = [name for name in names if name in declared]
    while waiting:
        name = waiting.pop()
        if name not in behind:
            behind.add(name)
            waiting += _builds_on(declared[name])
    return frozenset(behind)


def _ready(lookup: Lookup, done: Mapping[str, Any]) -> bool:
    """Whether every lookup it builds on has been made."""
    return all(name in done for name in _builds_on(lookup))


def _builds_on(lookup: Lookup) -> tuple[str, ...]:
    sources = [lookup.key] if lookup.key else [source for _, source in lookup.find]
    named = (_lookup_named(path) for source in sources for path in paths_of(source))
    return tuple(name for name in named if name is not None)


def _lookup_named(path: str) -> str | None:
    root, _, rest = path.partition(".")
    return rest.partition(".")[0] if root == "lookups" else None


def paths_of(source: Source) -> tuple[str, ...]:
    """Every dotted path a source reads."""
    if isinstance(source, FromPath):
        return (source.path,)
    if isinstance(source, FromRule):
        return tuple(path for one in source.arguments.values() for path in paths_of(one))
    return ()


def _request(lookup: Lookup, *, procedure: Procedure, facts: Facts, on: date) -> LookupRequest | None:
    rules: Rulebook = procedure.rules
    key = _known(lookup.key, facts=facts, rules=rules, on=on) if lookup.key else None
    found = ((name, _known(source, facts=facts, rules=rules, on=on)) for name, source in lookup.find)
    find = tuple((name, value) for name, value in found if value)
    if not key and not find:
        return None
    return LookupRequest(lookup.id, lookup.register, key, find, lookup.legal_ground, purpose_of(procedure))


def _known(source: Source, *, facts: Facts, rules: Rulebook, on: date) -> str | None:
    value = resolve(source, facts=facts, rules=rules, on=on)
    return str(value) if value not in (None, "") else None
