"""Reading country.yaml and the small files beside it: calendar, organisations, registers, parameters, code lists."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from datetime import date, time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from saola_blueprint.calendar import Calendar, DeclaredHolidays, LibraryHolidays, Period
from saola_blueprint.loader.dated import read_dated
from saola_blueprint.loader.records import Findings, Languages, Record
from saola_blueprint.loader.yaml_lines import Unreadable, read_yaml
from saola_blueprint.schema.dated import Parameter
from saola_blueprint.schema.organisations import ExchangeAddress, Organisation
from saola_blueprint.schema.registers import (
    FIELD_TYPES,
    Choice,
    Identifier,
    LegalBasis,
    Numbering,
    Register,
    RegisterField,
)
from saola_blueprint.schema.texts import Text

T = TypeVar("T")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_record(file: Path, findings: Findings, languages: Languages, read: Callable[[Record], T]) -> T | None:
    """Read one file that holds one mapping; None, with a finding, when it is unreadable."""
    try:
        value = read_yaml(file)
    except Unreadable as failure:
        findings.problems.append(failure.problem)
        return None
    with Record(value, findings, languages) as record:
        return read(record)


def read_folder(
    files: list[Path], findings: Findings, languages: Languages, read: Callable[[Record], T]
) -> dict[Path, T]:
    """Read many such files, by path."""
    found = {file: read_record(file, findings, languages, read) for file in files}
    return {file: one for file, one in found.items() if one is not None}


def read_numbering(record: Record, key: str) -> Numbering:
    """`{rule: name, parameters: {…}}`."""
    with record.record(key) as inner:
        return Numbering(inner.text("rule"), inner.plain("parameters"), inner.place_of("rule"))


def read_identifiers(record: Record) -> dict[str, Identifier]:
    """The kinds of numbers of the country."""
    return {
        name: Identifier(
            id=name,
            label=one.translated("label"),
            pattern=one.text("pattern"),
            example=one.text("example"),
            check=one.text_or_none("check"),
            warn=one.text_or_none("warn"),
            place=one.place,
        )
        for name, one in record.named("identifiers")
    }


def read_calendar(record: Record, timezone: str) -> Calendar:
    """calendar.yaml: working days and hours, the holidays library, the country's own corrections."""
    weekdays = record.words("weekdays", allowed=WEEKDAYS)
    periods = tuple(_period(word, record) for word in record.words("periods"))
    hours = record.integer("hours_per_day")
    record.text("reference")
    calendar = Calendar(
        timezone=timezone,
        periods=tuple(one for one in periods if one),
        weekdays=frozenset(WEEKDAYS.index(one) for one in weekdays if one in WEEKDAYS),
        holidays=_holidays(record),
    )
    _check_periods(calendar, hours, record)
    return calendar


def _period(word: str, record: Record) -> Period | None:
    start, _, end = word.partition("-")
    try:
        return Period(time.fromisoformat(start), time.fromisoformat(end))
    except ValueError:
        record.wrong(record.place_of("periods"), f"{word!r} is no period of the day", 'Write "08:00-12:00".')
        return None


def _check_periods(calendar: Calendar, hours: int, record: Record) -> None:
    moments = [moment for period in calendar.periods for moment in (period.start, period.end)]
    if not moments or not calendar.weekdays or any(b <= a for a, b in itertools.pairwise(moments)):
        record.findings.add(
            record.place_of("periods"),
            "calendar.periods",
            "the working periods do not follow each other, or there are none",
            "Give weekdays and periods in the order of the day, not touching.",
        )
    elif calendar.hours_per_day != hours:
        record.findings.add(
            record.place_of("hours_per_day"),
            "calendar.hours",
            f"the periods make {calendar.hours_per_day:g} hours, hours_per_day says {hours}",
            "Correct one of the two: a working day of the time limits is the periods of one day.",
        )


def _holidays(record: Record) -> DeclaredHolidays:
    library = record.text_or_none("holidays_library")
    free: dict[date, str] = {}
    worked: set[date] = set()
    for day in record.records("free_days"):
        free[day.date("date")] = day.text("name")
        day.text("reference")
    for day in record.records("make_up_days"):
        worked.add(day.date("date"))
        day.text("reference")
    return DeclaredHolidays(free, frozenset(worked), _library(library, record) if library else None)


def _library(country: str, record: Record) -> LibraryHolidays | None:
    if country not in library_codes():
        record.findings.add(
            record.place_of("holidays_library"),
            "calendar.library_unknown",
            f"the holidays library does not know {country!r}",
            "Give an ISO 3166-1 code it knows, or delete the line and list free_days.",
        )
        return None
    return LibraryHolidays(country)


@cache
def library_codes() -> frozenset[str]:
    """The codes in the library's registry, read as text: to load the library is dear, and most processes never do."""
    found = find_spec("holidays")
    if found is None or found.origin is None:
        return frozenset()
    registry = Path(found.origin).with_name("registry.py").read_text(encoding="utf-8")
    return frozenset(re.findall(r'"([A-Z]{2,3})"', registry))


def read_organisation(record: Record) -> Organisation:
    """organisations/<code>.yaml."""
    exchange = None
    if record.has("exchange"):
        with record.record("exchange") as inner:
            exchange = ExchangeAddress(inner.text("member_class"), inner.text("member_code"))
    else:
        record.text_or_none("exchange")
    return Organisation(
        code=record.text("code"),
        name=record.translated("name"),
        short_name=record.translated("short_name"),
        level=record.text("level"),
        parent=record.text_or_none("parent"),
        address=record.translated_or_none("address"),
        phone=record.text_or_none("phone"),
        email=record.text_or_none("email"),
        exchange=exchange,
        units=record.words("units"),
        place=record.place,
    )


def read_register(record: Record, code_lists: Mapping[str, tuple[Choice, ...]]) -> Register:
    """registers/<id>/register.yaml."""
    return Register(
        id=record.text("id"),
        name=record.translated("name"),
        description=record.translated("description"),
        owner=record.text("owner"),
        subsystem=record.text("subsystem"),
        key=record.text("key"),
        subjects=record.words("subjects"),
        fields={name: _register_field(name, one, code_lists) for name, one in record.named("fields")},
        legal_basis=read_legal_basis(record),
        numbering=_numbering_or_none(record),
        place=record.place,
    )


def _numbering_or_none(record: Record) -> Numbering | None:
    if record.has("numbering"):
        return read_numbering(record, "numbering")
    record.text_or_none("numbering")
    return None


def _register_field(name: str, record: Record, code_lists: Mapping[str, tuple[Choice, ...]]) -> RegisterField:
    return RegisterField(
        name=name,
        type=record.one_of("type", FIELD_TYPES),
        label=record.translated("label"),
        required=record.flag("required", default=False),
        indexed=record.flag("indexed", default=False),
        choices=read_code_list(record, code_lists) or record.choices("choices"),
        pattern=record.text_or_none("pattern"),
        identifier=record.text_or_none("identifier"),
        place=record.place,
    )


def read_code_list(record: Record, code_lists: Mapping[str, tuple[Choice, ...]]) -> tuple[Choice, ...]:
    """The choices of the code list named under `code_list`; empty when none is named."""
    name = record.text_or_none("code_list")
    if name is None:
        return ()
    if name not in code_lists:
        record.findings.add(
            record.place_of("code_list"),
            "code_list.unknown",
            f"there is no code list {name!r}",
            f"Write code_lists/{name}.yaml, or use one of: {', '.join(sorted(code_lists)) or 'none yet'}.",
        )
    return code_lists.get(name, ())


def read_legal_basis(record: Record) -> tuple[LegalBasis, ...]:
    """A list of `{number: …, about: {…}}`; at least one."""
    found = tuple(LegalBasis(one.text("number"), _about(one)) for one in record.records("legal_basis"))
    if not found:
        record.findings.add(
            record.place_of("legal_basis"),
            "legal_basis.missing",
            "no legal basis is named",
            "Add `legal_basis:` with the number of each legal text.",
        )
    return found


def _about(record: Record) -> Text | None:
    return record.translated_or_none("about")


def read_parameter(record: Record) -> Parameter:
    """parameters/<id>.yaml."""
    return Parameter(
        id=record.text("id"),
        unit=record.one_of("unit", ("days", "working-days", "years", "money", "count")),
        values=read_dated(record, "values", lambda entry: entry.integer("value")),
        place=record.place,
    )
