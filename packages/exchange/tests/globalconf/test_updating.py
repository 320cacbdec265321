"""Fetching a configuration: only what is right in every part replaces what is there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from saola_exchange.globalconf import (
    Anchor,
    AnchorSource,
    ConfigurationInvalid,
    ConfigurationUnreachable,
    ConfigurationView,
    build_directory,
    http_fetch,
    update,
)
from saola_exchange.globalconf.directory import PRIVATE, SHARED
from saola_exchange.globalconf.fakes import FakeInstance
from saola_exchange.globalconf.parameters import PrivateParameters, Source
from saola_exchange.globalconf.writing import write_private, write_shared
from saola_trust.keystore import FakeSigner, SoftwareSigner

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
OLD_KEY, NEXT_KEY = FakeSigner("registry"), FakeSigner("registry's next key")
URL = "http://registry/internalconf"
INSTANCE = FakeInstance()


def pages(
    *, signer: SoftwareSigner = OLD_KEY, announced: SoftwareSigner = NEXT_KEY, at: datetime = AT
) -> dict[str, bytes]:
    source = Source("registry", (OLD_KEY.certificate, announced.certificate), ())
    shared = write_shared(dataclasses.replace(INSTANCE.shared, sources=(source,)))
    private = write_private(PrivateParameters(INSTANCE.name, "http://registry/m", INSTANCE.consumer))
    files = [(SHARED, "/V6/1/shared-params.xml", shared), (PRIVATE, "/V6/1/private-params.xml", private)]
    directory = build_directory(
        files=files, instance=INSTANCE.name, expires=at + timedelta(hours=1), signer=signer, boundaries=("o", "i")
    )
    found = {f"http://registry{location}": content for _, location, content in files}
    return {f"{URL}?version=6": directory, **found}


class Registry:
    """Serves pages and counts what was fetched."""

    def __init__(self, content: Mapping[str, bytes]) -> None:
        self.content = content
        self.fetched: list[str] = []

    def __call__(self, url: str) -> bytes | None:
        self.fetched.append(url)
        return self.content.get(url)


ANCHOR = Anchor(INSTANCE.name, AT, (AnchorSource(URL, (OLD_KEY.certificate,)),))


def test_a_configuration_is_fetched_kept_and_read(tmp_path: Path) -> None:
    found = update(anchor=ANCHOR, fetch=Registry(pages()), folder=tmp_path, at=AT)
    view = ConfigurationView.load(tmp_path)
    assert found.url == f"{URL}?version=6"
    assert view.expires == AT + timedelta(hours=1)
    assert view.private is not None
    assert view.knows(INSTANCE.consumer)


def test_files_that_did_not_change_are_not_fetched_again(tmp_path: Path) -> None:
    update(anchor=ANCHOR, fetch=Registry(pages()), folder=tmp_path, at=AT)
    later = Registry(pages(at=AT + timedelta(hours=2)))
    update(anchor=ANCHOR, fetch=later, folder=tmp_path, at=AT + timedelta(hours=2))
    assert later.fetched == [f"{URL}?version=6"]
    assert ConfigurationView.load(tmp_path).expires == AT + timedelta(hours=3)


def test_an_older_version_is_taken_where_there_is_no_newer_one(tmp_path: Path) -> None:
    content = pages()
    content[f"{URL}?version=4"] = content.pop(f"{URL}?version=6")
    registry = Registry(content)
    update(anchor=ANCHOR, fetch=registry, folder=tmp_path, at=AT)
    assert registry.fetched[:3] == [f"{URL}?version={number}" for number in (6, 5, 4)]


def test_a_wrong_file_leaves_the_configuration_in_use_as_it_was(tmp_path: Path) -> None:
    update(anchor=ANCHOR, fetch=Registry(pages()), folder=tmp_path, at=AT)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    later = pages(announced=FakeSigner("third key"), at=AT + timedelta(minutes=30))
    later["http://registry/V6/1/shared-params.xml"] += b" "
    with pytest.raises(ConfigurationInvalid) as refused:
        update(anchor=ANCHOR, fetch=Registry(later), folder=tmp_path, at=AT)
    assert refused.value.code == "global_conf_part_downloaded_file_integrity_failure"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_next_key_counts_once_the_configuration_in_use_announced_it(tmp_path: Path) -> None:
    rotated = Registry(pages(signer=NEXT_KEY))
    with pytest.raises(ConfigurationInvalid):
        update(anchor=ANCHOR, fetch=rotated, folder=tmp_path, at=AT)
    update(anchor=ANCHOR, fetch=Registry(pages()), folder=tmp_path, at=AT)
    assert update(anchor=ANCHOR, fetch=rotated, folder=tmp_path, at=AT).directory.version == 6


def test_a_missing_file_and_a_silent_registry_are_told_apart(tmp_path: Path) -> None:
    content = pages()
    del content["http://registry/V6/1/private-params.xml"]
    with pytest.raises(ConfigurationInvalid) as refused:
        update(anchor=ANCHOR, fetch=Registry(content), folder=tmp_path, at=AT)
    assert refused.value.code == "global_conf_part_download_failure"
    with pytest.raises(ConfigurationUnreachable):
        update(anchor=ANCHOR, fetch=Registry({}), folder=tmp_path, at=AT)
    assert not list(tmp_path.iterdir())


def test_an_address_where_nothing_listens_is_unreachable() -> None:
    with pytest.raises(ConfigurationUnreachable):
        http_fetch("http://127.0.0.1:1/internalconf")
    with pytest.raises(ConfigurationUnreachable):
        http_fetch("file:///etc/hostname")
