"""Data against a declaration: whatever is sent, it is taken as declared or refused in words."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_blueprint.schema import Country
from saola_platform.registers.errors import DataRefused
from saola_platform.registers.validation import validate

WHOLE = {"number": "P000001", "name": "Example", "born": "1990-01-31"}
NAMES = ["number", "name", "born", "children", "married", "sex", "colour", ""]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["P000001", "f"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


# One example country for all examples: it never changes.
@pytest.fixture(scope="module")
def country(make_small_country: Any) -> Country:
    made: Country = make_small_country()
    return made


@given(data=st.dictionaries(st.sampled_from(NAMES), ANYTHING))
def test_whatever_is_sent_is_taken_as_declared_or_refused_in_words(country: Country, data: dict[str, Any]) -> None:
    try:
        taken = validate(country=country, register=country.registers["persons"], data=data, on=date(2026, 1, 1))
    except DataRefused as refused:
        said: str | None = refused.detail
        taken = {}
    else:
        said = None
    assert said is None or ":" in said
    assert set(taken) <= set(country.registers["persons"].fields)
    json.dumps(taken, allow_nan=False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("born", "1990-2-1"),
        ("born", "1990-02-30"),
        ("born", "19900131"),
        ("born", 19900131),
        ("children", 1.0),
        ("children", True),
        ("children", "1"),
        ("married", 1),
        ("married", "true"),
        ("sex", "F"),
        ("number", "P00001"),
        ("number", "P000001\n"),
        ("number", "P\u0660\u0660\u0660\u0660\u0660\u0661"),
        ("name", "tab\there"),
        ("name", "a" * 2001),
        ("name", ["Example"]),
    ],
)
def test_a_value_of_another_kind_is_refused_naming_the_field(country: Country, field: str, value: Any) -> None:
    data = {**WHOLE, field: value}
    with pytest.raises(DataRefused, match=f"^{field}: "):
        validate(country=country, register=country.registers["persons"], data=data, on=date(2026, 1, 1))


def test_empty_fields_count_as_absent(country: Country) -> None:
    data = {**WHOLE, "children": None, "sex": ""}
    taken = validate(country=country, register=country.registers["persons"], data=data, on=date(2026, 1, 1))
    assert taken == WHOLE
