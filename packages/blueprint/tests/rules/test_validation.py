"""Answers of a form: every kind of mistake is told in every language, and nothing is valid by default."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_blueprint import Country, load_country
from saola_blueprint.rules import validate

COUNTRIES = Path(__file__).resolve().parents[4] / "countries"
DAY = date(2026, 11, 24)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
COMPLETE = {
    "parents.my_name": "Ada Reed",
    "parents.home": "2 Mill Lane, Riverton",
    "parents.two_parents": True,
    "parents.other_name": "Ben Reed",
    "parents.other_number": "000-00102-5",
    "child.name": "Fern Reed",
    "child.sex": "f",
    "child.born_on": "2026-11-10",
    "child.born_at": "Riverton",
}


@pytest.fixture(scope="module")
def lumara() -> Country:
    return load_country(COUNTRIES / "template")


def codes(country: Country, **changed: Any) -> set[tuple[str, str]]:
    answers = {**COMPLETE, **{path.replace("__", "."): value for path, value in changed.items()}}
    found = validate(country=country, procedure=country.procedures["B-1"], answers=answers, on=DAY)
    return {(one.path, one.code) for one in found}


def test_complete_answers_have_no_problem(lumara: Country) -> None:
    assert codes(lumara) == set()


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("child__name", None, "required"),
        ("child__name", "   ", "required"),
        ("child__name", "Fern\x00Reed", "not-text"),
        ("child__name", 7, "not-text"),
        ("child__name", ["Fern Reed"], "not-text"),
        ("child__name", "x" * 81, "too-long"),
        ("parents__home", "x" * 501, "too-long"),
        ("child__born_on", "2026-02-30", "not-date"),
        ("child__born_on", "20261110", "not-date"),
        ("child__born_on", "2026-W46-2", "not-date"),
        ("child__born_on", "2026-11-25", "unborn"),
        ("child__sex", "Female", "not-choice"),
        ("child__weight", "3200", "not-integer"),
        ("child__weight", True, "not-integer"),
        ("child__weight", 299, "too-small"),
        ("child__weight", 9001, "too-large"),
        ("parents__two_parents", "yes", "not-yes-no"),
        ("parents__other_number", "000-00102", "wrong-format"),
        ("parents__other_number", "\u0660\u0660\u0660-00102-5", "wrong-format"),
        ("parents__other_number", "000-00102-5\n", "wrong-format"),
        ("parents__other_number", "000-00102-6", "check-digit"),
        ("parents__two_parents", False, "not-asked"),
        ("parents__shoe_size", "38", "unknown"),
    ],
)
def test_a_wrong_answer_is_refused_by_its_code(lumara: Country, path: str, value: Any, code: str) -> None:
    assert code in {found for _, found in codes(lumara, **{path: value})}


def test_what_only_warns_does_not_refuse(lumara: Country) -> None:
    answers = {**COMPLETE, "child.born_on": "2026-09-01"}
    found = validate(country=lumara, procedure=lumara.procedures["B-1"], answers=answers, on=DAY)
    assert [(one.code, one.severity) for one in found] == [("fee-due", "warning")]
    assert "More than 30 days" in found[0].message["en"]


def test_messages_name_the_question(lumara: Country) -> None:
    answers = {**COMPLETE, "child.sex": None}
    (found,) = validate(country=lumara, procedure=lumara.procedures["B-1"], answers=answers, on=DAY)
    assert found.message["en"] == "Enter: Sex of the child"


def test_one_section_can_be_checked_by_itself(lumara: Country) -> None:
    found = validate(country=lumara, procedure=lumara.procedures["B-1"], answers={}, on=DAY, only_section="parents")
    assert {one.path for one in found} == {"parents.my_name", "parents.home", "parents.two_parents"}


@given(answers=st.dictionaries(st.sampled_from(sorted(COMPLETE)), JSON))
def test_any_json_is_checked_without_an_error(lumara: Country, answers: dict[str, Any]) -> None:
    found = validate(country=lumara, procedure=lumara.procedures["B-1"], answers=answers, on=DAY)
    assert all(one.message["en"] for one in found)
    missing = {"child.name", "child.sex"} - answers.keys()
    assert missing <= {one.path for one in found}
