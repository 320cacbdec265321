"""`saola site`: refusals in words, and files that nobody else can read."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml
from saola_platform.command import main, prepare_files
from saola_platform.kernel import configuration


def written(folder: Path, **changes: object) -> Path:
    """A configuration of a register site."""
    data = {
        "site": "register",
        "organisation": "A1",
        "country": str(folder),
        "listen": "127.0.0.1:8000",
        "public_url": "http://localhost:8000",
        "database": "postgresql://u:p@127.0.0.1:1/x",
        "data": "data",
        "secret_key_file": "data/key",
        "demo": True,
        "registers": ["persons"],
        **changes,
    }
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


@pytest.mark.parametrize("action", ["init", "run", "worker"])
def test_a_configuration_that_is_wrong_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    assert main([action, "--config", str(written(tmp_path, colour="red"))]) == 2
    said = capsys.readouterr().err
    assert "unknown setting colour" in said
    assert "Traceback" not in said


def test_words_are_taken_for_manage_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["init", "--config", str(written(tmp_path)), "--force"])
    assert "takes no --force" in capsys.readouterr().err


def test_the_secret_key_is_made_once_for_this_user_only(tmp_path: Path) -> None:
    site = configuration.load(written(tmp_path))
    prepare_files(site)
    first = configuration.secret(site.secret_key_file)
    prepare_files(site)
    assert configuration.secret(site.secret_key_file) == first
    assert len(first) >= 50
    assert stat.S_IMODE(site.secret_key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(site.data.stat().st_mode) == 0o700
