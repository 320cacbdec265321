"""Why data is asked for: the headers come back as they were declared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_exchange.protocol.declaration import Declaration
from saola_exchange.protocol.headers import InvalidHeader, require_writable

TEXT = st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)


@given(TEXT, TEXT, TEXT, TEXT)
def test_any_declaration_survives_the_headers(
    purpose: str | None, ground: str | None, subject: str | None, dossier: str | None
) -> None:
    declared = Declaration(purpose, ground, subject, dossier)
    headers = declared.to_headers()
    require_writable(headers)
    assert Declaration.from_headers(headers) == declared


def test_safe_characters_are_left_alone() -> None:
    assert Declaration(purpose="procedure:1.001193").to_headers() == (("Saola-Purpose", "procedure:1.001193"),)


@pytest.mark.parametrize("value", ["%ff", "é", "x" * 1001])
def test_a_value_that_cannot_be_told_is_refused(value: str) -> None:
    with pytest.raises(InvalidHeader):
        Declaration.from_headers((("saola-purpose", value),))


def test_two_purposes_are_refused() -> None:
    with pytest.raises(InvalidHeader):
        Declaration.from_headers((("Saola-Purpose", "a"), ("saola-purpose", "b")))
