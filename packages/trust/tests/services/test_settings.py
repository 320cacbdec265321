"""The configuration: strict, and clear about what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from saola_trust.command import main
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
    assert main(["run", "--config", str(written(tmp_path))]) == 1
    assert "saola trust init" in capsys.readouterr().err


def test_a_missing_file_is_one_clear_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--config", str(tmp_path / "absent.yaml")]) == 1
    assert "absent.yaml" in capsys.readouterr().err
