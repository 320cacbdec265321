"""The configuration file: what is accepted, and that every mistake is named."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from saola_exchange.gateway.configuration import parse_configuration, read_configuration
from saola_exchange.gateway.errors import ConfigurationInvalid

FOLDER = Path("somewhere")
LEAST: dict[str, Any] = {
    "instance": "EX",
    "server": {"member_class": "GOV", "member_code": "A", "server_code": "gateway1"},
    "organisation": "Organisation A",
    "country": "EX",
    "consumer": {"host": "127.0.0.1"},
    "transport": {"host": "127.0.0.1"},
    "administration": {"host": "127.0.0.1"},
    "database": "postgresql://x",
    "data": "data",
    "anchor": "anchor.xml",
}


def changed(path: str, value: Any) -> dict[str, Any]:
    content: dict[str, Any] = copy.deepcopy(LEAST)
    place: Any = content
    *parents, last = path.split(".")
    for parent in parents:
        place = place.setdefault(parent, {})
    place[last] = value
    return content


def test_the_least_configuration_has_usual_values() -> None:
    configuration = parse_configuration(LEAST, folder=FOLDER)
    assert (configuration.consumer.port, configuration.transport.port) == (8080, 5500)
    assert (configuration.ocsp_port, configuration.administration.port) == (5577, 5566)
    assert configuration.data == FOLDER / "data"
    assert configuration.limits.body == 20 * 1024 * 1024
    assert configuration.log.oversize == "refuse"
    assert configuration.timestamping.url is None
    assert configuration.subsystems == frozenset()


def test_subsystems_are_named_by_code_or_in_full(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("0123456789abcdef\n")
    content = changed("clients", [{"subsystem": "site", "token_file": "token"}, {"subsystem": "EX/GOV/B/other"}])
    content["services"] = [
        {"subsystem": "site", "code": "s", "url": "http://x/base/", "access": [{"global_group": "g", "path": "/a"}]}
    ]
    configuration = parse_configuration(content, folder=tmp_path)
    assert [str(client.subsystem) for client in configuration.clients] == ["EX/GOV/A/site", "EX/GOV/B/other"]
    assert configuration.clients[0].token == "0123456789abcdef"
    assert str(configuration.services[0].id) == "EX/GOV/A/site/s"
    assert configuration.services[0].url == "http://x/base"
    assert str(configuration.services[0].access[0].subject) == "EX/g"
    assert "0123456789abcdef" not in repr(configuration)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("instanse", "EX", "instanse: is not a key that is known here"),
        ("server.code", "x", "server.code: is not a key that is known here"),
        ("instance", "", "instance: must be a text"),
        ("instance", 5, "instance: must be a text"),
        ("server.member_code", "a/b", "server: "),
        ("consumer.port", 0, "consumer.port: must be a whole number above 0"),
        ("consumer.port", 70000, "consumer.port: must be a port"),
        ("consumer", "127.0.0.1", "consumer: must be a mapping"),
        ("timestamping.url", "ftp://x", "timestamping.url: must be an address"),
        ("timestamping.interval_seconds", 0, "timestamping.interval_seconds: must be a number of seconds"),
        ("timestamping.interval_seconds", float("nan"), "timestamping.interval_seconds: must be a number of seconds"),
        ("clients", {"subsystem": "x"}, "clients: must be a list"),
        ("clients", [{"subsystem": "x"}, {"subsystem": "x"}], "clients: EX/GOV/A/x is listed twice"),
        ("clients", [{"subsystem": "x", "token_file": "missing"}], "clients[0].token_file: the secret cannot be read"),
        ("clients", [{"subsystem": "OTHER/GOV/A/x"}], "clients[0].subsystem: must be a subsystem of this instance"),
        ("services", [{"subsystem": "x", "code": "s"}], "services[0].url: is missing"),
        (
            "services",
            [{"subsystem": "x", "code": "s", "url": "http://x", "access": [{"method": "GET"}]}],
            "services[0].access[0]: names either a client or a global_group",
        ),
        (
            "services",
            [{"subsystem": "x", "code": "a/b", "url": "http://x"}],
            "services[0]: ",
        ),
        ("log.oversize", "shorten", "log.oversize: must be refuse or omit"),
        ("limits.body", True, "limits.body: must be a whole number above 0"),
    ],
)
def test_a_mistake_is_named_with_its_place(path: str, value: Any, told: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        parse_configuration(changed(path, value), folder=FOLDER)
    assert caught.value.detail.startswith(told)


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("short")
    with pytest.raises(ConfigurationInvalid, match="at least 16"):
        parse_configuration(changed("clients", [{"subsystem": "x", "token_file": "token"}]), folder=tmp_path)


@pytest.mark.parametrize("content", ["a: [", "\x00", "- list", "text"])
def test_a_file_that_is_no_configuration_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_text(content)
    with pytest.raises(ConfigurationInvalid, match=r"gateway\.yaml"):
        read_configuration(path)
    with pytest.raises(ConfigurationInvalid, match="cannot read"):
        read_configuration(tmp_path / "missing.yaml")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(key=st.sampled_from([*LEAST, "clients", "services", "limits", "log", "ocsp_port", "timestamping"]), value=JSON)
def test_any_value_is_either_accepted_or_refused_with_the_declared_error(key: str, value: Any) -> None:
    content = copy.deepcopy(LEAST) | {key: value}
    try:
        accepted = parse_configuration(content, folder=FOLDER)
    except ConfigurationInvalid:
        return
    assert accepted.instance


def test_the_example_in_the_manual_is_accepted(tmp_path: Path) -> None:
    manual = Path(__file__).parents[4] / "docs" / "reference" / "gateway-configuration.md"
    example = manual.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    for name in ("portal.token", "register.token"):
        (tmp_path / name).write_text("0123456789abcdef")
    configuration = parse_configuration(yaml.safe_load(example), folder=tmp_path)
    assert configuration.services
