"""Reading cases/*.yaml: examples a lawyer can read. Given the facts, when something happens, then this follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from saola_blueprint.calendar import Pause
from saola_blueprint.loader.records import Findings, Languages, Record
from saola_blueprint.loader.yaml_lines import Entries, Items, Scalar, Unreadable, Value, read_yaml
from saola_blueprint.schema.places import Place
from saola_blueprint.schema.procedures import CHANNELS

Shape = Callable[[Any], bool]


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _are_mappings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _are_records(value: Any) -> bool:
    return isinstance(value, dict) and all(one is None or isinstance(one, dict) for one in value.values())


def _is_number_given(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"sequence", "is"} and str(value["sequence"]).isdecimal()


GIVEN: Mapping[str, Shape] = {
    "answers": _is_mapping,
    "applicant": _is_mapping,
    "lookups": _are_records,
    "kept": _is_mapping,
    "dossier": _is_mapping,
    "authority": _is_mapping,
}
THEN: Mapping[str, Shape] = {
    "due": _is_text,
    "problems": _are_mappings,
    "problems_include": _are_mappings,
    "problems_exclude": _are_mappings,
    "fees": _is_mapping,
    "documents": _are_texts,
    "lookups": _are_mappings,
    "operation": _is_text,
    "data": _is_mapping,
    "key": _is_number_given,
    "dossier_code": _is_number_given,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One example. `given` are facts, `then` expectations by name, plain values both."""

    name: str
    given: Mapping[str, Any]
    then: Mapping[str, Any]
    on: date
    received: datetime | None
    pauses: tuple[Pause, ...]
    channel: str
    place: Place


def read_cases(
    folder: Path, *, types: Mapping[str, str], timezone: str, languages: Languages, findings: Findings
) -> tuple[Case, ...]:
    """All cases of a procedure's folder; `types` are the types of the form's fields by path."""
    cases: list[Case] = []
    for file in sorted((folder / "cases").glob("*.yaml")):
        try:
            value = read_yaml(file)
        except Unreadable as failure:
            findings.problems.append(failure.problem)
            continue
        with Record(value, findings, languages) as record:
            cases.extend(_case(one, types, ZoneInfo(timezone)) for one in record.records("cases"))
    return tuple(cases)


def _case(record: Record, types: Mapping[str, str], zone: ZoneInfo) -> Case:
    name = record.text("name")
    with record.record("when") as when:
        received = _moment(when, "received", zone)
        on = received.date() if received else when.date("on")
        channel = when.one_of("channel", CHANNELS, default="online")
        pauses = tuple(_pause(one, zone) for one in when.records("pauses"))
    return Case(
        name=name,
        given=_group(record, "given", GIVEN, types),
        then=_group(record, "then", THEN, types),
        on=on,
        received=received,
        pauses=pauses,
        channel=channel,
        place=record.place,
    )


def _pause(record: Record, zone: ZoneInfo) -> Pause:
    return Pause(_moment(record, "since", zone) or datetime.max.replace(tzinfo=zone), _moment(record, "until", zone))


def _moment(record: Record, key: str, zone: ZoneInfo) -> datetime | None:
    written = record.text_or_none(key)
    if written is None:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=zone)
    except ValueError:
        record.wrong(record.place_of(key), f"{written!r} is no moment", 'Write "2026-11-23T09:00".')
        return None


def _group(record: Record, key: str, shapes: Mapping[str, Shape], types: Mapping[str, str]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, value in record.raw_named(key):
        plain = _answers(value, types) if name == "answers" else _plain(value)
        if name not in shapes:
            record.findings.add(
                value.place, "case.word_unknown", f"{name!r} is not known in a case", f"Use: {', '.join(shapes)}."
            )
        elif not shapes[name](plain):
            record.wrong(
                value.place, f"{name!r} is not written like this", "Compare docs/reference/blueprint.md, Cases."
            )
        else:
            found[name] = plain
    return found


def _answers(value: Value, types: Mapping[str, str]) -> dict[str, Any]:
    entries = value.entries if isinstance(value, Entries) else {}
    return {path: _typed(_plain(one), types.get(path)) for path, one in entries.items()}


def _typed(value: Any, type_of_field: str | None) -> Any:
    """The answer as it travels in JSON; what does not fit its type stays text, for the validation to refuse."""
    if not isinstance(value, str):
        return value
    if type_of_field == "yes-no" and value in {"true", "false"}:
        return value == "true"
    if type_of_field == "integer" and value.lstrip("-").isdecimal():
        return int(value)
    return value


def _plain(value: Value) -> Any:
    if isinstance(value, Scalar):
        return None if value.null or value.text == "none" else value.text
    if isinstance(value, Items):
        return [_plain(one) for one in value.items]
    return {name: _plain(one) for name, one in value.entries.items()}
