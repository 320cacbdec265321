"""`saola conf verify` on the configurations that others published."""

from __future__ import annotations

from pathlib import Path

import pytest
from saola_exchange.globalconf.command import main


@pytest.fixture
def public(reference_data: Path) -> Path:
    return reference_data / "xroad/globalconf/public"


def test_every_published_directory_gets_its_exit_code(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    anchor = str(public.parent / "trusted-anchor/configuration_anchor_CS_internal.xml")
    newest = str(public / "V6/20251110170000548026000/shared-params.xml")
    older = str(public / "V3/20240408142911166434000/shared-params.xml")
    at = ["--at", "2026-06-01T00:00:00Z"]
    assert main(["verify", "--anchor", anchor, str(public / "V6/internalconf"), *at]) == 0
    assert main(["verify", "--anchor", anchor, str(public / "V6"), *at]) == 0
    assert main(["verify", "--anchor", older, str(public / "V3/internalconf"), *at]) == 0
    assert main(["verify", "--anchor", older, str(public / "V3/externalconf"), *at]) == 0
    assert "VALID" in capsys.readouterr().out
    assert main(["verify", "--anchor", newest, str(public / "V6/externalconf"), *at]) == 1
    assert "global_conf_part_downloaded_file_integrity_failure" in capsys.readouterr().out
    assert main(["verify", "--anchor", anchor, str(public / "V3/internalconf"), *at]) == 1
    assert "global_conf_missing_verification_cert" in capsys.readouterr().out


def test_expiry_is_judged_at_the_moment_given(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    anchor = str(public.parent / "trusted-anchor/configuration_anchor_CS_internal.xml")
    source = str(public / "V6/internalconf")
    assert main(["verify", "--anchor", anchor, source, "--at", "2036-01-01T00:00:00+07:00"]) == 1
    assert "global_conf_outdated" in capsys.readouterr().out


def test_what_cannot_be_judged_is_told_apart(public: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    anchor = str(public.parent / "trusted-anchor/configuration_anchor_CS_internal.xml")
    assert main(["verify", "--anchor", str(tmp_path / "absent"), str(public / "V6/internalconf")]) == 2
    assert main(["verify", "--anchor", anchor, str(tmp_path / "absent")]) == 2
    assert main(["verify", "--anchor", anchor, str(public / "V6/internalconf"), "--at", "noon"]) == 2
    assert main(["verify", "--anchor", anchor, "http://127.0.0.1:1/internalconf"]) == 2
    assert capsys.readouterr().out == ""
