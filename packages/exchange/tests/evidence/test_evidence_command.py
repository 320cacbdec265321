"""`saola evidence verify` with what nobody can judge: exit code 2, and words that help."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from saola_exchange.evidence.command import main


@pytest.fixture
def empty_zip(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        return tmp_path / "empty.zip"


def test_what_is_no_configuration_is_unusable_and_the_words_say_where_to_get_one(
    tmp_path: Path, empty_zip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text"
    text.write_text("hello")
    for source in (tmp_path / "absent", text, tmp_path, empty_zip):
        assert main(["verify", str(text), "--conf", str(source)]) == 2
        assert "/verificationconf" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["-1", "99999999999999999", "soon"])
def test_a_delay_that_is_no_number_of_seconds_is_a_wrong_argument(
    empty_zip: Path, seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["verify", str(empty_zip), "--conf", str(empty_zip), f"--acceptable-delay={seconds}"])
    assert caught.value.code == 2
    assert "--acceptable-delay" in capsys.readouterr().err


def test_as_json_the_unusable_has_its_code_too(
    tmp_path: Path, empty_zip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(tmp_path / "absent"), "--conf", str(empty_zip), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "unusable"
