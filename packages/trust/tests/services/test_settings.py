"""The configuration: strict, and clear about what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from saola_trust.command import main, main_ca
from saola_trust.services.settings import ConfigurationInvalid, load_settings

GOOD: dict[str, Any] = {"listen": "127.0.0.1:8090", "data": "data", "roles": ["tsa"], "country": "XX"}


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "trust.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in (GOOD | changes).items() if v is not None}), encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path))

    assert (settings.data, settings.host, settings.port) == (tmp_path / "data", "127.0.0.1", 8090)
    assert settings.secret_file == tmp_path / "data" / "service-secret"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"colour": "red"}, "colour is not a known key"),
        ({"listen": None}, "listen is missing"),
        ({"listen": "8090"}, "HOST:PORT"),
        ({"listen": "127.0.0.1:99999"}, "HOST:PORT"),
        ({"roles": ["king"]}, "no role 'king'"),
        ({"roles": "tsa"}, "should be a list"),
        ({"roles": ["ca"]}, "database is missing"),
        ({"roles": ["signer"], "database": "postgresql://x"}, "identity_token_file is missing"),
        ({"country": "Xx"}, "two capital letters"),
    ],
)
def test_what_is_wrong_is_said_by_key(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=says):
        load_settings(written(tmp_path, **changes))


def test_a_start_before_init_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--config", str(written(tmp_path))]) == 2
    assert "saola trust init" in capsys.readouterr().err


def test_a_missing_file_is_one_clear_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--config", str(tmp_path / "absent.yaml")]) == 2
    told = capsys.readouterr().err
    assert "absent.yaml cannot be read (No such file or directory)" in told
    assert "Check the path" in told
    assert "Errno" not in told


@pytest.mark.parametrize("missing", ["token", "request.pem"])
def test_a_file_that_the_authoritys_operator_names_wrongly_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    for name in {"token", "request.pem"} - {missing}:
        (tmp_path / name).write_text("text")
    usual = ["--url", "http://127.0.0.1:9", "--token-file", str(tmp_path / "token"), "--hierarchy", "public"]
    issue = ["issue", "--profile", "tls", "--subject", "{}", "--csr", str(tmp_path / "request.pem")]
    assert main_ca([*usual, *issue]) == 2
    told = capsys.readouterr().err
    assert f"{tmp_path / missing} cannot be read (No such file or directory)" in told
    assert "Errno" not in told


def test_an_authority_that_does_not_answer_is_a_failure_and_not_a_wrong_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "token").write_text("text")
    usual = ["--url", "http://127.0.0.1:9", "--token-file", str(tmp_path / "token"), "--hierarchy", "public"]
    assert main_ca([*usual, "list"]) == 1
    told = capsys.readouterr().err
    assert "http://127.0.0.1:9 cannot be reached: Connection refused" in told
