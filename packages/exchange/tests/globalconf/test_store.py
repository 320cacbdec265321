"""A configuration on disk, and several instances in one view."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from saola_exchange.globalconf import (
    ConfigurationInvalid,
    ConfigurationView,
    build_directory,
    parse_directory,
    read_folder,
    write_configuration,
)
from saola_exchange.globalconf.directory import PRIVATE, SHARED
from saola_exchange.globalconf.fakes import FakeInstance
from saola_exchange.globalconf.view import InstanceConfiguration
from saola_exchange.globalconf.writing import write_shared
from saola_exchange.protocol.identifiers import ClientId, MemberId
from saola_trust.keystore import FakeSigner

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
INSTANCE = FakeInstance()


def kept(folder: Path) -> None:
    files = [(SHARED, "/V6/1/shared-params.xml", write_shared(INSTANCE.shared)), (PRIVATE, "/V6/1/p.xml", b"private")]
    data = build_directory(
        files=files,
        instance=INSTANCE.name,
        expires=AT + timedelta(hours=1),
        signer=FakeSigner("registry"),
        boundaries=("outer", "inner"),
    )
    contents = {location: content for _, location, content in files}
    write_configuration(folder, directory=parse_directory(data), contents=contents)


def test_a_configuration_lies_on_disk_as_xroads_tools_expect(tmp_path: Path) -> None:
    kept(tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == {
        "instance-identifier",
        "EX-TEST/shared-params.xml",
        "EX-TEST/shared-params.xml.metadata",
        "EX-TEST/private-params.xml",
        "EX-TEST/private-params.xml.metadata",
    }
    assert (tmp_path / "instance-identifier").read_text() == "EX-TEST"
    assert json.loads((tmp_path / "EX-TEST/shared-params.xml.metadata").read_text()) == {
        "contentIdentifier": "SHARED-PARAMETERS",
        "instanceIdentifier": "EX-TEST",
        "contentLocation": "/V6/1/shared-params.xml",
        "expirationDate": "2026-06-01T09:00:00Z",
        "configurationVersion": "6",
    }


def test_a_folder_around_the_configuration_does_not_matter(tmp_path: Path) -> None:
    kept(tmp_path / "verificationconf")
    assert read_folder(tmp_path) == read_folder(tmp_path / "verificationconf")


def test_a_folder_without_configuration_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(ConfigurationInvalid):
            read_folder(path)
    (tmp_path / "file.zip").write_bytes(b"PK but no archive")
    with pytest.raises(ConfigurationInvalid):
        read_folder(tmp_path / "file.zip")


@pytest.mark.parametrize("metadata", ['{"expirationDate": "soon"}', "[]", "{", '{"configurationVersion": "six"}'])
def test_metadata_that_cannot_be_read_is_refused(metadata: str) -> None:
    files = {
        "instance-identifier": b"EX-TEST",
        "EX-TEST/shared-params.xml": write_shared(INSTANCE.shared),
        "EX-TEST/shared-params.xml.metadata": metadata.encode(),
    }
    with pytest.raises(ConfigurationInvalid):
        ConfigurationView.from_files(files)


def test_parameters_in_another_folder_cannot_pass_for_those_of_the_own_instance() -> None:
    own, other = write_shared(INSTANCE.shared), write_shared(FakeInstance(name="OTHER").shared)
    forged = write_shared(dataclasses.replace(INSTANCE.shared, members=(), servers=()))
    files = {"ABC/shared-params.xml": forged, "instance-identifier": b"EX-TEST", "EX-TEST/shared-params.xml": own}
    view = ConfigurationView.from_files({**files, "OTHER/shared-params.xml": other})
    assert view.shared == INSTANCE.shared
    assert view.instances == ("EX-TEST", "OTHER")


def test_another_instance_cannot_take_over_a_gateways_certificate() -> None:
    """It may list the same certificate: here it stays the one of the own gateway."""
    own, other = INSTANCE.shared, FakeInstance(name="OTHER").shared
    hashes = {server.id.owner.member_code: server.certificate_hashes for server in own.servers}
    servers = tuple(
        dataclasses.replace(server, certificate_hashes=hashes[server.id.owner.member_code]) for server in other.servers
    )
    other = dataclasses.replace(other, servers=servers)
    view = ConfigurationView(
        instance=own.instance,
        instances={one.instance: InstanceConfiguration(one, None, 6) for one in (other, own)},
    )
    gateway = INSTANCE.signer(INSTANCE.consumer.member, "authentication").certificate
    server = view.server_of_certificate(gateway)
    assert server is not None
    assert server.id.instance == own.instance
    assert view.member(MemberId("OTHER", "GOV", "A01")) is not None
    assert view.knows(ClientId("OTHER", "GOV", "A01", "portal"))
