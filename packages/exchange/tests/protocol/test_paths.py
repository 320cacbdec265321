"""Paths that could be read in two ways are refused, and patterns cover what they say and nothing else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_exchange.protocol.paths import AmbiguousPath, EndpointPattern, canonical_path


@pytest.mark.parametrize(
    "raw", ["/a/../b", "/a/%2e%2e/b", "/a/.", "/a%2Fb", "/a%5Cb", "/a\\b", "/a%00", "/%zz", "/%", "/%ff"]
)
def test_an_ambiguous_path_is_refused(raw: str) -> None:
    with pytest.raises(AmbiguousPath):
        canonical_path(raw)


@pytest.mark.parametrize(
    ("raw", "path"), [("", "/"), ("/", "/"), ("/a%20b/%7Bx%7D", "/a b/{x}"), ("/a%2Dc", "/a-c"), ("/%C3%A9/", "/é/")]
)
def test_a_path_is_decoded_once(raw: str, path: str) -> None:
    assert canonical_path(raw) == path


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("**", "/anything/at/all", True),
        ("/records/*", "/records/1", True),
        ("/records/*", "/records/1/history", False),
        ("/records/**", "/records/1/history", True),
        ("/records/**", "/records", False),
        ("/records", "/records/", False),
        ("/*/history", "/1/history", True),
        ("/a\\*", "/a*", True),
        ("/a\\*", "/ab", False),
        ("/a.c", "/abc", False),
        ("/records/*", "/records/1\n", True),
    ],
)
def test_a_pattern_covers_what_it_says(pattern: str, path: str, covered: bool) -> None:
    assert EndpointPattern(path=pattern).covers(method="GET", path=path) is covered


def test_the_methods_case_does_not_matter_and_another_method_is_not_covered() -> None:
    assert EndpointPattern("get", "**").covers(method="GET", path="/")
    assert not EndpointPattern("GET", "**").covers(method="POST", path="/")
    assert EndpointPattern("*", "**").covers(method="DELETE", path="/")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_no_path_makes_the_parser_raise_anything_undeclared(raw: str) -> None:
    with suppress(AmbiguousPath):
        assert canonical_path(raw).startswith("/")
