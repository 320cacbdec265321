"""Answers as people read them: labels, dates as written here, where a value came from, what was changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from saola_blueprint import Country
from saola_blueprint.schema import Field

from saola_platform.portal.applying.drafts import Application
from saola_platform.portal.applying.origin import Origin, origins


def answer_rows(application: Application, *, language: str) -> list[dict[str, Any]]:
    """Sections with rows for the summary list, each with a link to change it."""
    found = origins(
        country=application.country, procedure=application.procedure, known=application.known, language=language
    )
    answers = application.relevant_answers()
    return [
        {
            "id": section.id,
            "title": section.title.in_(language),
            "change_url": reverse("portal:section", args=[application.row.id, section.id]),
            "rows": [
                {
                    "key": field.label.in_(language),
                    "value": in_words(field, answers[field.path], language=language),
                    "hint": _hint(field, found.get(field.path), language=language),
                    "change_url": reverse("portal:section", args=[application.row.id, section.id])
                    + f"#div_id_{field.id}",
                }
                for field in application.questions(section.id)
                if field.path in answers
            ],
        }
        for section in application.sections()
    ]


def sent_rows(*, country: Country, procedure: str, answers: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """The answers of a signed application, for the person's copy; sections in the form's order."""
    declared = country.procedures.get(procedure)
    if declared is None or declared.form is None:
        return [{"title": "", "rows": [{"key": path, "value": str(value)} for path, value in answers.items()]}]
    return [
        {"title": section.title.in_(language), "rows": rows}
        for section in declared.form.sections
        if (
            rows := [
                {"key": field.label.in_(language), "value": in_words(field, answers[field.path], language=language)}
                for field in section.fields
                if field.path in answers
            ]
        )
    ]


def in_words(field: Field, value: Any, *, language: str) -> str:
    """One answer as a person reads it."""
    if value in (None, ""):
        return ""
    match field.type:
        case "yes-no":
            return gettext("Yes") if value else gettext("No")
        case "choice":
            label = next((one.label.in_(language) for one in field.choices if one.value == value), None)
            return label or str(value)
        case "date":
            try:
                return date_format(dt.date.fromisoformat(str(value)), "DATE_FORMAT")
            except ValueError:
                return str(value)
    return str(value)


def _hint(field: Field, origin: Origin | None, *, language: str) -> str:
    if origin is None:
        return ""
    if origin.state == "prefilled":
        return gettext("From: %(register)s") % {"register": origin.register_name}
    if origin.state == "changed":
        return gettext("Changed by you. %(register)s says: %(value)s") % {
            "register": origin.register_name,
            "value": in_words(field, origin.register_value, language=language),
        }
    return ""
