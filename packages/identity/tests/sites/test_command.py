"""`saola identity` with files that cannot be used."""

from __future__ import annotations

import pytest
from saola_identity.command import main
from saola_identity.configuration import secret
from saola_identity.errors import ConfigurationInvalid
from saola_identity.sites.people import read_people


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """The command names its configuration to Django; not to the tests that follow."""
    monkeypatch.setenv("SAOLA_CONFIG", "")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "")


@pytest.mark.parametrize("action", ["keys", "init", "run"])
def test_a_configuration_that_is_not_there_is_an_unusable_input(tmp_path, capsys, action):
    assert main([action, "--config", str(tmp_path / "nowhere.yaml")]) == 2
    told = capsys.readouterr().err
    assert f"{tmp_path / 'nowhere.yaml'}: the file cannot be read (No such file or directory)" in told
    assert "Check the path" in told
    assert "Errno" not in told


@pytest.mark.parametrize(("content", "says"), [("colour: red", "unknown setting colour"), ("a: [", "is not YAML")])
def test_a_configuration_that_is_wrong_is_an_unusable_input(tmp_path, capsys, content, says):
    (tmp_path / "identity.yaml").write_text(content)
    assert main(["keys", "--config", str(tmp_path / "identity.yaml")]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("read", [secret, read_people])
def test_every_file_that_is_not_there_is_named_without_the_systems_number(tmp_path, read):
    with pytest.raises(ConfigurationInvalid, match="nowhere") as refused:
        read(tmp_path / "nowhere")
    assert "Errno" not in refused.value.detail
    assert "Check the path" in refused.value.remedy
