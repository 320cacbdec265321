"""The journey through the whole state, walked by `saola demo --check` over HTTP, evidence included."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from .conftest import COMMAND, RunningDemo, let_strangers_pass

pytestmark = pytest.mark.system


def walked(demo: RunningDemo, report: Path) -> dict[str, object]:
    walking = demo.check(report=report)
    said, _ = walking.communicate(timeout=280)
    assert walking.returncode == 0, said.decode()
    content: dict[str, object] = json.loads(report.read_text(encoding="utf-8"))
    return content


@pytest.mark.xdist_group("vietnam")
def test_the_journey_is_walked_against_a_running_demo_and_everything_is_verified(
    vietnam: RunningDemo, tmp_path: Path
) -> None:
    report = walked(vietnam, tmp_path / "report.json")
    assert report["passed"] is True
    assert len(report["steps"]) >= 19  # type: ignore[arg-type]


@pytest.mark.xdist_group("vietnam")
def test_the_journey_can_be_walked_again_over_the_same_data(vietnam: RunningDemo, tmp_path: Path) -> None:
    assert walked(vietnam, tmp_path / "again.json")["passed"] is True


@pytest.mark.xdist_group("template")
@pytest.mark.timeout(420)
def test_the_fictional_country_passes_the_same_journey_on_its_own_new_folder(tmp_path: Path) -> None:
    let_strangers_pass(tmp_path)
    words = ["demo", "--country", "template", "--check", "--data", str(tmp_path / "data")]
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "everything verified" in done.stdout
