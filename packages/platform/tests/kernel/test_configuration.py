"""The configuration file: everything known is typed, everything unknown stops the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from saola_platform.errors import ConfigurationInvalid
from saola_platform.kernel import configuration, strict
from saola_platform.kernel.database import django_database

WHOLE: dict[str, Any] = {
    "site": "portal",
    "organisation": "G22",
    "country": "../countries/template",
    "listen": "127.0.0.1:8000",
    "public_url": "http://portal.localhost:8000",
    "database": "postgresql://u:p@127.0.0.1:5432/portal",
    "data": "data",
    "secret_key_file": "data/key",
    "demo": True,
    "exchange": {"gateway": "http://127.1.1.1:8080", "client": "EX/GOV/G22/portal", "instance": "EX"},
    "identity": {"issuer": "http://id.localhost", "client_id": "portal", "client_secret_file": "secret"},
    "mail": {"host": "127.0.0.1", "port": 25, "sender": "no-reply@example.org"},
    "upload_limits": {"file_bytes": 1000},
}


def written(folder: Path, changes: dict[str, Any]) -> Path:
    """The whole configuration with changes; None removes a setting."""
    data = {name: value for name, value in {**WHOLE, **changes}.items() if value is not None}
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    site = configuration.load(written(tmp_path, {}))
    assert site.identity is not None
    assert site.identity.client_secret_file == tmp_path / "secret"
    assert site.upload_limits.file_bytes == 1000
    assert site.upload_limits.request_bytes == 60 * 1024 * 1024
    assert site.hosts == ["127.0.0.1", "portal.localhost"]
    assert "u:p" not in repr(site), "a password must not reach a log"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"colour": "red"}, "unknown setting colour"),
        ({"exchange": {**WHOLE["exchange"], "gatway": "x"}}, "exchange: unknown setting gatway"),
        ({"exchange": {"gateway": "http://x"}}, "client is missing"),
        ({"site": "shop"}, "'shop' is none of portal, onestop, register"),
        ({"site": None}, "site is missing"),
        ({"demo": "yes"}, "demo: expected bool"),
        ({"mail": {**WHOLE["mail"], "port": "25"}}, r"mail\.port: expected int"),
        ({"mail": {**WHOLE["mail"], "port": True}}, r"mail\.port: expected int"),
        ({"mail": "host"}, "expected a mapping"),
        ({"registers": "persons"}, "registers: expected a list"),
        ({"registers": [1]}, r"registers\[0\]: expected str"),
        ({"registers": ["persons"]}, "only a register site holds registers"),
        ({"site": "register"}, "needs at least one register"),
        ({"identity": None}, "needs an identity provider"),
        ({"listen": "8000"}, "not host:port"),
        ({"public_url": "portal"}, "not an address"),
        ({"public_url": "http://portal/path"}, "not an address"),
        ({"demo": False}, "needs https"),
        ({"data": ""}, "expected a path"),
    ],
)
def test_what_was_not_foreseen_stops_the_start_and_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=said):
        configuration.load(written(tmp_path, changes))


def test_a_file_that_is_not_there_or_not_yaml_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"missing\.yaml"):
        configuration.load(tmp_path / "missing.yaml")
    (tmp_path / "broken.yaml").write_text("a: [")
    with pytest.raises(ConfigurationInvalid, match="not YAML"):
        configuration.load(tmp_path / "broken.yaml")


def test_an_empty_secret_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    for name in ("empty", "missing"):
        with pytest.raises(ConfigurationInvalid, match=name):
            configuration.secret(tmp_path / name)


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WHOLE, "x"]), inner, max_size=6),
    max_leaves=12,
)


@given(TREES)
def test_whatever_stands_in_the_file_is_read_or_refused_in_words(data: Any) -> None:
    try:
        found = strict.read(configuration.SiteConfiguration, data, where="file", folder=Path("/nowhere"))
    except ConfigurationInvalid as refused:
        said = refused.detail
    else:
        said = f"file: {found.site}"
    assert said.startswith("file")


def test_a_database_address_may_name_a_socket_and_carry_strange_characters() -> None:
    entry = django_database(address="postgresql://user:p%40ss%2F@/portal?host=%2Frun%2Fpg")
    assert (entry["HOST"], entry["USER"], entry["PASSWORD"], entry["NAME"]) == ("/run/pg", "user", "p@ss/", "portal")


@pytest.mark.parametrize("address", ["postgresql://user@host", "mysql://user@host/name", "x"])
def test_an_address_that_names_no_database_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationInvalid):
        django_database(address=address)
