"""Checking the answers of a form: the same rules in the portal, at the counter and in the one-stop."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal

from saola_blueprint.rules.conditions import Answers, asked_fields, relevant_answers
from saola_blueprint.rules.parameters import parameters_on
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.forms import Field, Form
from saola_blueprint.schema.procedures import Procedure
from saola_blueprint.schema.texts import Text

MESSAGES = (
    "required",
    "unknown",
    "not-asked",
    "not-text",
    "not-date",
    "not-time",
    "not-integer",
    "not-choice",
    "not-yes-no",
    "too-short",
    "too-long",
    "too-small",
    "too-large",
    "wrong-format",
)
"""The codes every country gives a text for. `{label}`, `{minimum}`, `{maximum}`, `{example}` are filled in."""

LONGEST = {"long-text": 4000}
LONGEST_LINE = 500


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One finding about one answer; a `warning` is shown but does not stop the application."""

    path: str
    code: str
    message: Text
    severity: Literal["error", "warning"] = "error"


def validate(
    *, country: Country, procedure: Procedure, answers: Answers, on: date, only_section: str | None = None
) -> list[FieldProblem]:
    """Everything wrong with `answers` (`section.field` to JSON value) on a day.

    With `only_section`, what concerns that section only, the other answers being taken as they are.
    """
    form = procedure.form
    if form is None:
        raise ValueError(f"procedure {procedure.code} has no form")
    asked = {field.path: field for field in asked_fields(form, answers)}
    checker = _Checker(country, procedure, form, relevant_answers(form, answers), on)
    found = [*checker.strangers(asked, answers)]
    for field in asked.values():
        found.extend(checker.field(field, answers.get(field.path)))
    return [one for one in found if only_section in (None, one.path.partition(".")[0])]


@dataclass(frozen=True, slots=True)
class _Checker:
    country: Country
    procedure: Procedure
    form: Form
    answers: Mapping[str, Any]
    on: date

    def strangers(self, asked: Mapping[str, Field], answers: Answers) -> Iterator[FieldProblem]:
        for path in answers:
            if path not in asked:
                field = self.form.field(path)
                code = "not-asked" if field else "unknown"
                label = field.label if field else None
                yield FieldProblem(path, code, self._message(code, label))

    def field(self, field: Field, value: Any) -> Iterator[FieldProblem]:
        if value is None or (isinstance(value, str) and not value.strip()):
            if field.required:
                yield self._problem(field, "required")
            return
        code = _wrong_type(field, value) or _wrong_size(field, value) or self._wrong_form(field, value)
        if code:
            yield self._problem(field, code)
            return
        yield from self._identifier(field, value)
        yield from self._rules(field, value)

    def _wrong_form(self, field: Field, value: Any) -> str | None:
        identifier = self.country.identifiers.get(field.identifier or "")
        patterns = (field.pattern, identifier.pattern if identifier else None)
        fits = all(re.fullmatch(pattern, str(value), re.ASCII) for pattern in patterns if pattern)
        return None if fits else "wrong-format"

    def _identifier(self, field: Field, value: Any) -> Iterator[FieldProblem]:
        identifier = self.country.identifiers.get(field.identifier or "")
        if identifier is None:
            return
        for rule, severity in ((identifier.check, "error"), (identifier.warn, "warning")):
            code = self.country.rules.call(rule, on=self.on, value=value, today=self.on) if rule else None
            if code:
                yield FieldProblem(
                    field.path,
                    code,
                    self._message(code, field.label),
                    "error" if severity == "error" else "warning",
                )

    def _rules(self, field: Field, value: Any) -> Iterator[FieldProblem]:
        parameters = parameters_on(self.country, self.on)
        for rule in (*field.validation, *field.warnings):
            code = self.procedure.rules.call(
                rule, on=self.on, value=value, answers=self.answers, today=self.on, parameters=parameters
            )
            if code:
                text = self._message(code, field.label).format(**parameters)
                yield FieldProblem(field.path, code, text, "error" if rule in field.validation else "warning")

    def _problem(self, field: Field, code: str) -> FieldProblem:
        identifier = self.country.identifiers.get(field.identifier or "")
        text = self._message(code, field.label).format(
            minimum=field.minimum,
            maximum=_longest(field) if code == "too-long" else field.maximum,
            example=identifier.example if identifier else "",
        )
        return FieldProblem(field.path, code, text)

    def _message(self, code: str, label: Text | None) -> Text:
        text = self.form.messages.get(code) or self.country.messages.get(code) or self.country.messages["unknown"]
        labels = {tag: label.in_(tag) if label else "" for tag in text}
        return Text(
            text.default_language, tuple((tag, part.replace("{label}", labels[tag])) for tag, part in text.versions)
        )


def _longest(field: Field) -> int:
    return field.maximum or LONGEST.get(field.type, LONGEST_LINE)


def _wrong_type(field: Field, value: Any) -> str | None:
    match field.type:
        case "integer":
            return None if isinstance(value, int) and not isinstance(value, bool) else "not-integer"
        case "yes-no":
            return None if isinstance(value, bool) else "not-yes-no"
    if not isinstance(value, str) or any(ord(one) < 32 and one not in "\n\r\t" for one in value):
        return "not-text"
    match field.type:
        case "date":
            return None if _is_date(value) else "not-date"
        case "time":
            return None if _is_time(value) else "not-time"
        case "choice":
            return None if value in {one.value for one in field.choices} else "not-choice"
    return None


def _wrong_size(field: Field, value: Any) -> str | None:
    if field.type == "integer":
        if field.minimum is not None and value < field.minimum:
            return "too-small"
        return "too-large" if field.maximum is not None and value > field.maximum else None
    if isinstance(value, str) and field.type not in {"date", "time", "choice"}:
        if field.minimum is not None and len(value.strip()) < field.minimum:
            return "too-short"
        return "too-long" if len(value) > _longest(field) else None
    return None


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_time(value: str) -> bool:
    try:
        return time.fromisoformat(value).isoformat("minutes") == value
    except ValueError:
        return False
