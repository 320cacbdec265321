"""`saola check`: every code has an example that brings it about, with file, line and remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from saola_blueprint.checks import check_folder
from saola_blueprint.command import main

from .failing_examples import COUNTRIES, EXAMPLES, REPOSITORY, Example, copy_of_template

SOURCES = REPOSITORY / "packages/blueprint/src/saola_blueprint"
NOT_CODES = {"register.create", "document.render", "document.seal", "document.deliver"}


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{one.code}-{number}" for number, one in enumerate(EXAMPLES)])
def test_a_spoiled_country_gives_the_code_with_file_line_and_remedy(example: Example, tmp_path: Path) -> None:
    folder = copy_of_template(tmp_path)
    example.apply(folder)
    _, problems = check_folder(folder)
    found = {problem.code: problem for problem in problems}
    assert example.code in found, f"found {sorted(found)}"
    problem = found[example.code]
    assert problem.file.is_relative_to(folder)
    assert problem.line >= 0
    assert problem.message
    assert problem.remedy.endswith(".") or problem.remedy.endswith("`.") or "}" in problem.remedy


def test_every_code_in_the_source_has_a_failing_example() -> None:
    files = [*(SOURCES / "loader").glob("*.py"), *(SOURCES / "checks").glob("*.py")]
    words = {word for file in files for word in re.findall(r'"([a-z_]+\.[a-z_]+)"', file.read_text())}
    codes = {word for word in words if not word.endswith((".yaml", ".py", ".bpmn"))} - NOT_CODES
    assert codes == {example.code for example in EXAMPLES}


@pytest.mark.parametrize("country", sorted(one.parent.name for one in COUNTRIES.glob("*/country.yaml")))
def test_the_countries_of_the_project_are_in_order(country: str) -> None:
    assert check_folder(COUNTRIES / country)[1] == ()


def test_the_command_says_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(COUNTRIES / "template")]) == 0
    assert "in order" in capsys.readouterr().out


def test_the_command_names_file_line_code_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy_of_template(tmp_path)
    (folder / "organisations/RIVERTON.yaml").write_text("code: RIVERTON\nlevel: town\n")
    assert main([str(folder)]) == 1
    output = capsys.readouterr().out
    assert "RIVERTON.yaml:1: schema.missing_key: 'name' is missing\n  Add `name: …`." in output
    assert "2 problems" in output


def test_the_command_tells_a_folder_without_a_country(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "country.yaml" in capsys.readouterr().err


def test_the_worst_folder_decides_the_exit_code(tmp_path: Path) -> None:
    assert main([str(COUNTRIES / "template"), str(tmp_path)]) == 2
