"""Form fields of the look whose words can be translated (the form library's own are English only)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from crispy_forms_gds.fields import DateInputField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _


class DateField(DateInputField):  # type: ignore[misc]  # the library has no types
    """A date typed as day, month and year; cleans to :class:`dt.date`."""

    _parts = (
        (_("Day"), _("Enter the day of the month"), _("The day must be a number")),
        (_("Month"), _("Enter the month"), _("The month must be a number, such as 9")),
        (_("Year"), _("Enter the year"), _("The year must be a number, such as 1990")),
    )

    def __init__(self, *, error_messages: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        whole = _("Enter the day, month and year")
        self.error_messages |= {"required": whole, "incomplete": whole, "invalid": _("Enter a date that exists")}
        self.error_messages |= dict(error_messages or {})
        for field, (label, missing, wrong) in zip(self.fields, self._parts, strict=True):
            field.label = label
            field.error_messages["incomplete"] = missing
            field.validators = [RegexValidator(r"^[0-9]+$", wrong)]
        # "26" is meant to be 2026 or 1926, never the year 26: whoever typed it must say.
        short = _("The year must have four digits, such as 1990")
        self.fields[2].validators.append(RegexValidator(r"^0*[0-9]{1,3}$", short, inverse_match=True))

    def compress(self, data_list: list[Any]) -> dt.date | None:
        """The three parts as a date; None when any is empty.

        Raises:
            ValidationError: there is no such day.
        """
        if not data_list or not all(data_list):
            return None
        day, month, year = (int(part) for part in data_list)
        try:
            return dt.date(year, month, day)
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
