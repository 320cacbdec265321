"""The configuration file: everything that was not foreseen stops the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from saola_identity.configuration import Configuration, load
from saola_identity.errors import ConfigurationInvalid
from saola_identity.sites import composition, production
from saola_identity.sites.production import DEMONSTRATION

Write = Callable[[dict[str, Any]], Path]


@pytest.fixture
def values() -> dict[str, Any]:
    source = settings.IDENTITY.data.parent / "configuration.yaml"
    found: dict[str, Any] = yaml.safe_load(source.read_text())
    return found


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: dict[str, Any]) -> Path:
        path = tmp_path / "identity.yaml"
        path.write_text(yaml.safe_dump(content))
        return path

    return to_file


def test_relative_paths_are_taken_from_the_folder_of_the_file(values, write, tmp_path):
    assert load(write(values)).data == tmp_path / "data"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colour": "red"}, "unknown setting colour"),
        ({"issuer": None}, "issuer: expected str"),
        ({"issuer": "http://localhost:8999/path"}, "issuer: expected an address"),
        ({"issuer": "ftp://x"}, "issuer: expected an address"),
        ({"listen": "localhost"}, "listen: expected HOST:PORT"),
        ({"listen": "8999"}, "listen: expected HOST:PORT"),
        ({"demo": "yes"}, "demo: expected bool"),
        ({"clients": {}}, "clients: expected a list"),
        ({"clients": [{"client_id": "x"}]}, "missing"),
    ],
)
def test_a_wrong_setting_is_named(values, write, changes, words):
    with pytest.raises(ConfigurationInvalid, match=words):
        load(write(values | changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"redirect_uris": []}, "at least one"),
        ({"redirect_uris": ["/callback"]}, "absolute"),
        ({"redirect_uris": ["https://x.example/#f"]}, "fragment"),
        ({"redirect_uris": ["https://*.example/"]}, "absolute"),
        ({"scopes": ["profile"]}, "openid"),
        ({"scopes": ["openid", "everything"]}, "only"),
        ({"name": "Portal"}, "texts by language"),
        ({"secret": "in the file"}, "unknown setting secret"),
    ],
)
def test_a_wrong_client_is_named(values, write, changes, words):
    values["clients"] = [values["clients"][0] | changes]
    with pytest.raises(ConfigurationInvalid, match=words):
        load(write(values))


def test_two_clients_of_one_name_are_refused(values, write):
    values["clients"] = [values["clients"][0], values["clients"][0]]
    with pytest.raises(ConfigurationInvalid, match="same client_id"):
        load(write(values))


def test_a_missing_file_is_said_so(tmp_path):
    with pytest.raises(ConfigurationInvalid, match="cannot be read"):
        load(tmp_path / "nowhere.yaml")


def in_earnest(configuration: Configuration) -> Configuration:
    client = replace(configuration.clients[0], redirect_uris=("https://portal.example/callback",))
    return replace(configuration, demo=False, issuer="https://id.example", clients=(client,))


def refuse(configuration: Configuration, **changes: Any) -> str:
    right: dict[str, Any] = {
        "apps": composition.installed_apps(demo=False), "debug": False, "secret_key": "k" * 50,
        "client_secrets": ["s" * 32],
    }  # fmt: skip
    try:
        production.check(configuration=configuration, **(right | changes))
    except ConfigurationInvalid as exc:
        return exc.detail
    return ""


def test_a_site_in_earnest_with_strong_settings_starts(configuration):
    assert refuse(in_earnest(configuration)) == ""


def test_choosing_who_to_be_is_not_installed_in_earnest():
    assert DEMONSTRATION in composition.installed_apps(demo=True)
    assert DEMONSTRATION not in composition.installed_apps(demo=False)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"apps": composition.installed_apps(demo=True)}, "anyone could be anyone"),
        ({"debug": True}, "DEBUG"),
        ({"secret_key": "short"}, "secret key"),
        ({"client_secrets": ["short"]}, "client secret"),
    ],
)
def test_a_site_in_earnest_refuses_to_start_weakly(configuration, changes, words):
    assert words in refuse(in_earnest(configuration), **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": "http://id.example"}, "https"),
        ({"people_file": Path("people.yaml")}, "people_file"),
        ({"signer_operator_token_file": Path("token")}, "signer_operator_token_file"),
    ],
)
def test_a_site_in_earnest_refuses_what_belongs_to_a_demonstration(configuration, changes, words):
    assert words in refuse(replace(in_earnest(configuration), **changes))


def test_plain_http_redirects_are_refused_in_earnest(configuration):
    assert "portal must begin with https" in refuse(replace(in_earnest(configuration), clients=configuration.clients))


def test_the_whole_settings_of_a_weak_site_in_earnest_are_refused(configuration):
    with pytest.raises(ConfigurationInvalid, match="must not start"):
        composition.django_settings(configuration=replace(configuration, demo=False), country=settings.COUNTRY)
