"""Checks data against a register's declaration, and says everything that is wrong at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from saola_blueprint.schema import Country, Register, RegisterField

from saola_platform.registers.errors import DataRefused

LONGEST_TEXT = 2000


def validate(*, country: Country, register: Register, data: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The data without empty fields; raises DataRefused, naming every field that is wrong."""
    given = {name: value for name, value in data.items() if value is not None and value != ""}
    problems = [f"{name}: the register has no such field" for name in sorted(set(given) - set(register.fields))]
    for field in register.fields.values():
        problems += _problems(country=country, field=field, value=given.get(field.name), on=on)
    if problems:
        raise DataRefused("; ".join(problems))
    return given


def _problems(*, country: Country, field: RegisterField, value: Any, on: date) -> Iterator[str]:
    if value is None:
        if field.required:
            yield f"{field.name}: required"
        return
    wrong = _wrong_kind(field, value)
    if wrong:
        yield f"{field.name}: {wrong}"
        return
    identifier = country.identifiers.get(field.identifier or "")
    for pattern in (field.pattern, identifier.pattern if identifier else None):
        if pattern and not re.fullmatch(pattern, str(value), re.ASCII):
            yield f"{field.name}: does not match {pattern}"
            return
    if identifier and identifier.check:
        code = country.rules.call(identifier.check, on=on, value=value, today=on)
        if code:
            yield f"{field.name}: {code}"


def _wrong_kind(field: RegisterField, value: Any) -> str | None:
    if field.type == "integer":
        return None if type(value) is int else "expected a whole number"
    if field.type == "yes-no":
        return None if type(value) is bool else "expected true or false"
    if not isinstance(value, str):
        return "expected text"
    if len(value) > LONGEST_TEXT or any(ord(letter) < 32 and letter != "\n" for letter in value):
        return f"longer than {LONGEST_TEXT} characters, or control characters"
    if field.type == "date":
        return None if _is_date(value) else "expected a date YYYY-MM-DD"
    if field.type == "choice":
        known = [choice.value for choice in field.choices]
        return None if value in known else f"expected one of {', '.join(known)}"
    return None


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
