"""Reading a country's folder into the shapes of `saola_blueprint.schema`, with every problem found on the way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from saola_blueprint.calendar import Calendar
from saola_blueprint.errors import CountryUnusable, Problem
from saola_blueprint.loader.country_files import (
    read_calendar,
    read_folder,
    read_identifiers,
    read_numbering,
    read_organisation,
    read_parameter,
    read_record,
    read_register,
)
from saola_blueprint.loader.procedures import Surroundings, read_procedure, workflow_of
from saola_blueprint.loader.records import Findings, Languages, Record
from saola_blueprint.loader.rule_files import read_rules
from saola_blueprint.loader.yaml_lines import Entries, Scalar, Unreadable, read_yaml
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.registers import Choice
from saola_blueprint.schema.rulebook import Rulebook
from saola_blueprint.schema.texts import Text

__all__ = ["Findings", "Reading", "read", "workflow_of"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `country` is complete only when there are no problems; None when country.yaml is unreadable."""

    country: Country | None
    problems: tuple[Problem, ...]


def read(folder: Path) -> Reading:
    """Read the country in `folder`; raises `CountryUnusable` when there is none."""
    file = folder / "country.yaml"
    if not file.is_file():
        raise CountryUnusable(f"{folder} has no country.yaml")
    findings = Findings()
    languages = _languages(file, findings)
    country = None
    if languages is not None:
        country = read_record(file, findings, languages, lambda record: _country(record, folder, languages))
    return Reading(country, tuple(sorted(findings.problems)))


def _languages(file: Path, findings: Findings) -> Languages | None:
    """The languages, needed before anything else can be read."""
    try:
        value = read_yaml(file)
    except Unreadable as failure:
        findings.problems.append(failure.problem)
        return None
    entries = value.entries if isinstance(value, Entries) else {}
    named, default = entries.get("languages"), entries.get("default_language")
    tags = tuple(named.entries) if isinstance(named, Entries) else ()
    tag = default.text if isinstance(default, Scalar) else ""
    if tag not in tags:
        findings.add(
            value.place,
            "country.languages",
            "`languages` and `default_language` do not go together",
            "Write `languages: {en: English}` and `default_language: en`.",
        )
        return None
    return Languages(tags, tag)


def _country(record: Record, folder: Path, languages: Languages) -> Country:
    findings = record.findings
    libraries = record.words("libraries")
    rules = read_rules(folder / "rules.py", libraries, findings) if (folder / "rules.py").exists() else Rulebook()
    code_lists = _code_lists(folder, findings, languages)
    around = Surroundings(findings, languages, libraries, rules, code_lists)
    timezone = _timezone(record)
    procedures = [
        one
        for entry in sorted((folder / "procedures").glob("*/procedure.yaml"))
        if (one := read_procedure(entry.parent, around)) is not None
    ]
    registers = read_folder(
        sorted((folder / "registers").glob("*/register.yaml")),
        findings,
        languages,
        lambda one: read_register(one, code_lists),
    )
    organisations = read_folder(
        sorted((folder / "organisations").glob("*.yaml")), findings, languages, read_organisation
    )
    parameters = read_folder(sorted((folder / "parameters").glob("*.yaml")), findings, languages, read_parameter)
    return Country(
        code=record.text("code"),
        name=record.translated("name"),
        languages=record.plain("languages"),
        default_language=record.text("default_language"),
        territory=record.text("territory"),
        timezone=timezone,
        currency=record.text("currency"),
        site_names=record.texts_by_name("site_names"),
        levels=record.texts_by_name("levels"),
        roles=record.texts_by_name("roles"),
        life_events=record.texts_by_name("life_events"),
        identifiers=read_identifiers(record),
        person_identifier=record.text("person_identifier"),
        dossier_numbering=read_numbering(record, "dossier_numbering"),
        libraries=libraries,
        calendar=_calendar(folder, findings, languages, timezone),
        code_lists=code_lists,
        parameters={one.id: one for one in parameters.values()},
        messages=_messages(folder, findings, languages),
        organisations={one.code: one for one in organisations.values()},
        registers={one.id: one for one in registers.values()},
        procedures={one.code: one for one in procedures},
        rules=rules,
        folder=folder,
        place=record.place,
    )


def _timezone(record: Record) -> str:
    name = record.text("timezone")
    try:
        ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        record.wrong(record.place_of("timezone"), f"{name!r} is no time zone", "Write a name such as Europe/Oslo.")
        return "UTC"
    return name or "UTC"


def _calendar(folder: Path, findings: Findings, languages: Languages, timezone: str) -> Calendar:
    calendar = read_record(
        folder / "calendar.yaml", findings, languages, lambda record: read_calendar(record, timezone)
    )
    return calendar or Calendar(timezone, (), frozenset())


def _code_lists(folder: Path, findings: Findings, languages: Languages) -> dict[str, tuple[Choice, ...]]:
    files = sorted((folder / "code_lists").glob("*.yaml"))
    read_lists = read_folder(files, findings, languages, lambda record: record.choices("choices"))
    return {file.stem: choices for file, choices in read_lists.items()}


def _messages(folder: Path, findings: Findings, languages: Languages) -> dict[str, Text]:
    messages = read_record(
        folder / "messages.yaml", findings, languages, lambda record: dict(record.texts_by_name("messages"))
    )
    return messages or {}
