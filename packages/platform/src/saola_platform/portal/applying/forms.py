"""A section of a declared form as a Django form, rendered by crispy-forms-gds.

Fields here only turn what was typed into JSON values and back; what is allowed is decided by the blueprint's rules,
the same that the one-stop applies.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Field as GdsField
from crispy_forms_gds.layout import Layout
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from saola_blueprint.rules import FieldProblem
from saola_blueprint.schema import Field
from saola_theme.forms import DateField

from saola_platform.portal.applying.origin import Origin

_MOST_RADIOS: Final = 7
_WIDTHS: Final = {
    "identifier": "govuk-input--width-20",
    "integer": "govuk-input--width-5",
    "time": "govuk-input--width-5",
}


class SectionForm(forms.Form):
    """Questions of one section; a field's name is the blueprint's field id."""

    def __init__(
        self,
        *,
        questions: Sequence[Field],
        language: str,
        origins: Mapping[str, Origin],
        fixed: Iterable[str],
        evidence_url: str,
        answers: Mapping[str, Any],
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data=data)
        self.questions = questions
        self._fixed = frozenset(fixed)
        for question in questions:
            self.fields[question.id] = _form_field(question, language=language)
            self.initial[question.id] = _shown(question, answers.get(question.path))
            if question.path in self._fixed:
                self.fields[question.id].widget.attrs["readonly"] = True
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            *(
                _Question(question, origin=origins.get(question.path), evidence_url=evidence_url)
                for question in questions
            )
        )

    def typed_answers(self) -> dict[str, Any]:
        """The values as the blueprint takes them, by path; None where nothing was typed. After ``is_valid()``."""
        return {
            question.path: _value(question, self.cleaned_data[question.id])
            for question in self.questions
            if question.id in self.cleaned_data and question.path not in self._fixed
        }

    def add_problems(self, problems: Iterable[FieldProblem], *, language: str) -> None:
        """Put the blueprint's findings at their fields; a finding on top of one of our own says nothing new."""
        names = {question.path: question.id for question in self.questions}
        for problem in problems:
            name = names.get(problem.path)
            if name and problem.severity == "error" and name not in self.errors:
                self.add_error(name, problem.message.in_(language))

    def summary(self) -> list[dict[str, str]]:
        """The errors for the summary on top, each leading to its field."""
        return [
            {"text": str(message), "href": f"#{_first_id(self[name])}"}
            for name, messages in self.errors.items()
            for message in messages
        ]


class _Question:
    """A layout object of crispy forms: the field, then where its value comes from."""

    def __init__(self, question: Field, *, origin: Origin | None, evidence_url: str) -> None:
        self.fields = [question.id]
        self._question = question
        self._origin = origin
        self._evidence_url = evidence_url

    def render(self, form: forms.Form, context: Any, template_pack: str = "gds", **kwargs: Any) -> str:
        css = _WIDTHS.get(self._question.type)
        close = {"wrapper_class": "govuk-!-margin-bottom-1"}  # what belongs to the field stands right below it
        layout = GdsField(self._question.id, context=close, **({"css_class": css} if css else {}))
        field = layout.render(form, context, template_pack=template_pack, **kwargs)
        note = {"origin": self._origin, "path": self._question.path, "evidence_link": self._evidence_link()}
        return render_to_string("portal/applying/question.html", {"field": field, **note})

    def _evidence_link(self) -> str:
        """Where the signed answer can be had; none for a read without a message."""
        message_id = self._origin.message_id if self._origin else ""
        return self._evidence_url.replace("MESSAGE", quote(message_id, safe="")) if message_id else ""

    def get_field_names(self, *args: Any, **kwargs: Any) -> list[Any]:
        """crispy forms asks every layout object for its fields."""
        return GdsField(self._question.id).get_field_names(*args, **kwargs)  # type: ignore[no-any-return]


def _form_field(question: Field, *, language: str) -> forms.Field:
    label = question.label.in_(language)
    common: dict[str, Any] = {
        # The library prints labels as they are, so they are made safe here.
        "label": escape(label) if question.required else f"{escape(label)} {gettext('(optional)')}",
        "help_text": escape(question.hint.in_(language)) if question.hint else "",
        "required": False,
    }
    match question.type:
        case "date":
            return DateField(**common)
        case "yes-no":
            choices = [("yes", _("Yes")), ("no", _("No"))]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
        case "choice":
            return _choice(question, language=language, common=common)
        case "long-text" | "address":
            rows = 5 if question.type == "long-text" else 2
            return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), **common)
        case "identifier" | "integer":
            widget = forms.TextInput(attrs={"inputmode": "numeric", "spellcheck": "false", "autocomplete": "off"})
            return forms.CharField(widget=widget, **common)
    return forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}), **common)


def _choice(question: Field, *, language: str, common: dict[str, Any]) -> forms.Field:
    choices = [(one.value, one.label.in_(language)) for one in question.choices]
    if len(choices) <= _MOST_RADIOS:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    return forms.ChoiceField(choices=[("", _("Choose")), *choices], **common)


def _shown(question: Field, value: Any) -> Any:
    """A kept value as the form shows it."""
    if question.type == "date" and isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return None
    if question.type == "yes-no" and isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _value(question: Field, cleaned: Any) -> Any:
    """What was typed as the blueprint takes it; text that is no number stays text and is refused there by name."""
    if cleaned in (None, ""):
        return None
    if isinstance(cleaned, dt.date):
        return cleaned.isoformat()
    text = str(cleaned).strip()
    match question.type:
        case "yes-no":
            return text == "yes"
        case "integer":
            return int(text) if re.fullmatch(r"-?\d{1,15}", text) else text
        case "identifier":
            return re.sub(r"\s+", "", text)
        case "time":
            return re.sub(r"^(\d):", r"0\1:", text.replace("h", ":").replace(".", ":"))
    return text


def _first_id(bound: forms.BoundField) -> str:
    """The element that an error leads to: the first part of a date, the first choice, the input itself."""
    if isinstance(bound.field.widget, forms.RadioSelect):
        return f"id_{bound.html_name}_1"
    if isinstance(bound.field.widget, forms.MultiWidget):
        return f"id_{bound.html_name}_0"
    return str(bound.id_for_label)
