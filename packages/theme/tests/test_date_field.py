"""The three-part date."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms
from saola_theme.forms import DateField


class Birth(forms.Form):
    born = DateField(label="Born")


def form(day: str, month: str, year: str) -> Birth:
    return Birth({"born_0": day, "born_1": month, "born_2": year})


def test_three_numbers_are_a_date():
    filled = form("7", "9", "1990")
    assert filled.is_valid()
    assert filled.cleaned_data["born"] == date(1990, 9, 7)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("", "", ""), "Enter the day, month and year"),
        (("7", "", "1990"), "Enter the day, month and year"),
        (("31", "2", "1990"), "Enter a date that exists"),
        (("1", "1", "0"), "The year must have four digits, such as 1990"),
        (("1", "1", "99999999999"), "Enter a date that exists"),
        (("x", "9", "1990"), "The day must be a number"),
        (("7", "May", "1990"), "The month must be a number, such as 9"),
        (("7", "9", "-5"), "The year must be a number, such as 1990"),
        (("7", "9", "26"), "The year must have four digits, such as 1990"),
        (("7", "9", "0026"), "The year must have four digits, such as 1990"),
    ],
)
def test_what_is_no_date_is_said_in_words_that_help(parts, words):
    assert words in form(*parts).errors["born"]


def test_an_optional_date_may_be_left_out():
    field = DateField(label="x", required=False)
    assert field.clean(["", "", ""]) is None


def test_a_site_may_use_words_of_its_own():
    field = DateField(label="x", error_messages={"required": "When was it?"})
    with pytest.raises(forms.ValidationError, match="When was it"):
        field.clean(["", "", ""])
