"""Identifiers are valid by construction, and come back as they were written."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_exchange.errors import ProtocolError
from saola_exchange.protocol.identifiers import ClientId, InvalidIdentifier, MemberId, ServerId, ServiceId

FORBIDDEN = ":;/\\%\u200b\ufeff"
PARTS = st.text(
    st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters=FORBIDDEN), min_size=1, max_size=255
).filter(lambda part: part not in {".", ".."})


@given(st.tuples(PARTS, PARTS, PARTS, PARTS, PARTS))
def test_an_identifier_survives_its_printed_and_its_encoded_form(parts: tuple[str, str, str, str, str]) -> None:
    service = ServiceId(*parts)
    assert ServiceId.parse(str(service)) == service
    assert ServiceId.parse_encoded(service.encoded) == service
    assert service.encoded.isascii()


@given(st.text())
def test_no_text_makes_the_parser_raise_anything_undeclared(text: str) -> None:
    for kind in (ClientId, ServiceId, ServerId, MemberId):
        for parse in (kind.parse, kind.parse_encoded):
            with suppress(ProtocolError):
                assert parse(text).parts


@pytest.mark.parametrize("char", [*FORBIDDEN, "\x00", "\n", "\x7f", "\ud800"])
def test_a_forbidden_character_is_refused(char: str) -> None:
    with pytest.raises(InvalidIdentifier):
        MemberId("EX", "GOV", f"a{char}b")


def test_a_slash_cannot_be_smuggled_into_a_part_by_encoding_it() -> None:
    with pytest.raises(InvalidIdentifier):
        ClientId.parse_encoded("EX/GOV/A01/sub%2Fsystem")


@pytest.mark.parametrize("text", ["EX/GOV", "EX/GOV/A/s/x", "EX//A", "", "EX/GOV/..", "EX/GOV/A/" + "x" * 256])
def test_too_few_too_many_or_empty_parts_are_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        ClientId.parse(text)


def test_a_client_may_be_a_member_as_a_whole() -> None:
    client = ClientId.parse("EX/GOV/A01")
    assert client.subsystem is None
    assert client.member == MemberId("EX", "GOV", "A01")
    assert str(client) == "EX/GOV/A01"
