"""Running the cases of each procedure: what the law's examples say is what the declarations give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from saola_blueprint.checks.findings import problem
from saola_blueprint.errors import BlueprintError, Problem
from saola_blueprint.loader.cases import Case, read_cases
from saola_blueprint.loader.forms import field_types
from saola_blueprint.loader.records import Findings, Languages
from saola_blueprint.rules import (
    documents_needed,
    dossier_code,
    fees_due,
    lookups_to_make,
    register_key,
    resolve_all,
    validate,
)
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.procedures import DocumentRender, Procedure, RegisterCreate

REMEDY = "Correct the declaration, the rule, or the case: a lawyer decides which."


def check_cases(country: Country) -> Iterator[Problem]:
    """Every case of every procedure; an online procedure without any is a problem too."""
    languages = Languages(tuple(country.languages), country.default_language)
    for procedure in country.procedures.values():
        findings = Findings()
        cases = read_cases(
            procedure.folder,
            types=field_types(procedure.form),
            timezone=country.timezone,
            languages=languages,
            findings=findings,
        )
        yield from findings.problems
        if procedure.online and not cases:
            yield problem(
                procedure.place,
                "case.missing",
                "an online procedure has no case",
                "Write cases/*.yaml: given, when, then.",
            )
        for case in cases if not findings.problems else ():
            yield from run_case(country, procedure, case)


def run_case(country: Country, procedure: Procedure, case: Case) -> Iterator[Problem]:
    """What in the case does not come out as it says."""
    for name, expected in case.then.items():
        follow = FOLLOWS.get(name)
        if follow is None:
            continue
        try:
            found = follow(country, procedure, case)
        except BlueprintError as failure:
            found = f"an error: {failure.detail}"
        if not _as_expected(name, expected, found):
            message = f"{case.name}: {name} should be {expected!r}, but is {found!r}"
            yield problem(case.place, "case.failed", message, REMEDY)


def _as_expected(name: str, expected: Any, found: Any) -> bool:
    if name == "problems_include":
        return isinstance(found, list) and all(any(_within(one, other) for other in found) for one in expected)
    if name == "problems_exclude":
        return isinstance(found, list) and not any(_within(one, other) for one in expected for other in found)
    if name in {"problems", "lookups"}:
        same_length = isinstance(found, list) and len(expected) == len(found)
        return same_length and all(_within(one, other) for one, other in zip(expected, found, strict=True))
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return _within(expected, found)
    return bool(_text(expected) == _text(found))


def _within(expected: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    return all(_text(found.get(name)) == _text(value) for name, value in expected.items())


def _text(value: Any) -> Any:
    """Values of a case are text: numbers and flags are compared as written."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return {name: _text(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_text(one) for one in value]
    return str(value) if isinstance(value, int) else value


def _facts(case: Case) -> dict[str, Any]:
    return {**case.given, "today": case.on}


def _due(country: Country, procedure: Procedure, case: Case) -> str | None:
    if case.received is None:
        return "unknown: `when` has no `received`"
    limit = procedure.time_limit.on(case.on)
    due = country.calendar.due_at(case.received, limit, case.pauses)
    return due.strftime("%Y-%m-%dT%H:%M") if due else None


def _problems(country: Country, procedure: Procedure, case: Case) -> list[dict[str, Any]]:
    found = validate(country=country, procedure=procedure, answers=case.given.get("answers", {}), on=case.on)
    return [{"field": one.path, "code": one.code, "severity": one.severity} for one in found]


def _fees(country: Country, procedure: Procedure, case: Case) -> dict[str, int]:
    answers = case.given.get("answers", {})
    due = fees_due(country=country, procedure=procedure, answers=answers, on=case.on, channel=case.channel)
    return {one.id: one.amount for one in due}


def _documents(country: Country, procedure: Procedure, case: Case) -> list[str]:  # noqa: ARG001
    answers, lookups = case.given.get("answers", {}), case.given.get("lookups", {})
    return list(documents_needed(procedure=procedure, answers=answers, lookups=lookups))


def _lookups(country: Country, procedure: Procedure, case: Case) -> list[dict[str, Any]]:  # noqa: ARG001
    requests = lookups_to_make(procedure=procedure, facts=_facts(case), on=case.on)
    return [
        {"id": one.id, "register": one.register, **({"key": one.key} if one.key else {"find": dict(one.find)})}
        for one in requests
    ]


def _data(country: Country, procedure: Procedure, case: Case) -> Any:  # noqa: ARG001
    operation = procedure.operations.get(str(case.then.get("operation")))
    if not isinstance(operation, RegisterCreate | DocumentRender):
        return "unknown: `operation` names none with data"
    return resolve_all(operation.data, facts=_facts(case), rules=procedure.rules, on=case.on)


def _key(country: Country, procedure: Procedure, case: Case) -> Any:
    operation = procedure.operations.get(str(case.then.get("operation")))
    data = _data(country, procedure, case)
    if not isinstance(operation, RegisterCreate):
        return data
    register, sequence = country.registers[operation.register], case.then["key"]["sequence"]
    key = register_key(country=country, register=register, data=data, sequence=int(sequence), today=case.on)
    return {"sequence": sequence, "is": key}


def _dossier_code(country: Country, procedure: Procedure, case: Case) -> Any:  # noqa: ARG001
    sequence = case.then["dossier_code"]["sequence"]
    authority = case.given.get("authority", {}).get("code", "")
    code = dossier_code(country=country, authority=authority, received_on=case.on, sequence=int(sequence))
    return {"sequence": sequence, "is": code}


FOLLOWS: Mapping[str, Callable[[Country, Procedure, Case], Any]] = {
    "due": _due,
    "problems": _problems,
    "problems_include": _problems,
    "problems_exclude": _problems,
    "fees": _fees,
    "documents": _documents,
    "lookups": _lookups,
    "data": _data,
    "key": _key,
    "dossier_code": _dossier_code,
}
