"""Which questions are asked, given the answers so far. A condition is one comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saola_blueprint.schema.forms import Field, Form
from saola_blueprint.schema.sources import Comparison

Answers = Mapping[str, Any]


def holds(condition: Comparison | None, answers: Answers) -> bool:
    """Whether the comparison is true of `answers` (`section.field` to value); no condition always holds."""
    if condition is None:
        return True
    value = answers.get(condition.path)
    given = value not in (None, "")
    if condition.operator == "present":
        return given
    if condition.operator == "absent":
        return not given
    # True == 1 in Python; an answer `yes` must not equal the number 1
    same = value == condition.value and isinstance(value, bool) == isinstance(condition.value, bool)
    return same if condition.operator == "=" else not same


def asked_fields(form: Form, answers: Answers) -> tuple[Field, ...]:
    """The fields that are asked. An answer to a question that is not asked counts as not given."""
    asked: list[Field] = []
    counted: dict[str, Any] = {}
    for section in form.sections:
        section_asked = holds(section.show_if, counted)
        for field in section.fields:
            if section_asked and holds(field.show_if, counted):
                asked.append(field)
                if field.path in answers:
                    counted[field.path] = answers[field.path]
    return tuple(asked)


def relevant_answers(form: Form, answers: Answers) -> dict[str, Any]:
    """Only the answers to questions that are asked: what may be handed in."""
    return {one.path: answers[one.path] for one in asked_fields(form, answers) if one.path in answers}
