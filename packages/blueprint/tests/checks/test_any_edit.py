"""Whatever someone does to a line of a country, `saola check` answers; it never fails itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saola_blueprint.checks import check_folder

from .failing_examples import COUNTRIES, copy_of_template

FILES = sorted(
    str(file.relative_to(COUNTRIES / "template"))
    for pattern in ("*.yaml", "*.bpmn", "*.py")
    for file in (COUNTRIES / "template").rglob(pattern)
)
PIECES = st.sampled_from(["", "[]", "{}", "null", "x", "-1", "true", '"', ": ", "'", "- ", "\t", "{{", "<", "&a", "*a"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_template(tmp_path_factory.mktemp("edited"))


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_edit_of_a_line_is_answered_with_problems_or_none(folder: Path, data: st.DataObject) -> None:
    file = folder / data.draw(st.sampled_from(FILES))
    before = file.read_text(encoding="utf-8")
    lines = before.splitlines(keepends=True)
    number = data.draw(st.integers(0, len(lines) - 1))
    start, length = data.draw(st.integers(0, len(lines[number]))), data.draw(st.integers(0, 30))
    line = lines[number][:start] + data.draw(PIECES) + lines[number][start + length :]
    try:
        file.write_text("".join([*lines[:number], line, *lines[number + 1 :]]), encoding="utf-8")
        _, problems = check_folder(folder)
        assert all(problem.file.is_relative_to(folder) and problem.remedy for problem in problems)
    finally:
        file.write_text(before, encoding="utf-8")
