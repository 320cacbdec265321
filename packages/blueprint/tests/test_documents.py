"""The pages about blueprint: the reference is what the code says, the commands of the others do what they print."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
PAGES = ("docs/tutorials/describe-a-country.md", "docs/how-to/add-a-procedure.md")


def test_the_reference_page_is_what_the_code_says(tmp_path: Path) -> None:
    script = REPOSITORY / "packages/blueprint/tests/reference_page.py"
    made = tmp_path / "page.md"
    code = f"import runpy, pathlib; pathlib.Path({str(made)!r}).write_text(runpy.run_path({str(script)!r})['page']())"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
    written = (REPOSITORY / "docs/reference/blueprint.md").read_text(encoding="utf-8")
    assert made.read_text(encoding="utf-8") == written, "run python packages/blueprint/tests/reference_page.py"


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_print_what_it_says(page: str, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "countries", tmp_path / "countries")
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    steps = [step for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) for step in _steps(block)]
    assert len(steps) >= 4
    for command, expected in steps:
        printed = _run(command, tmp_path)
        for line in expected:
            assert line.strip() in printed, f"{command}\nprinted:\n{printed}"


def _steps(block: str) -> list[tuple[str, list[str]]]:
    """Commands (`$ `, continued by `> `) with the lines expected after each."""
    steps: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        elif line.startswith("> "):
            command, expected = steps[-1]
            steps[-1] = (f"{command}\n{line[2:]}", expected)
        else:
            steps[-1][1].append(line)
    return steps


def _run(command: str, folder: Path) -> str:
    beside = str(Path(sys.executable).parent)
    finished = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={"PATH": f"{beside}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in finished.stderr, finished.stderr
    return finished.stdout
