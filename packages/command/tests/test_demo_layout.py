"""Where a demo lives: declared once, kept between starts, refused in clear words when a place is taken."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import yaml
from saola_command.demo.configurations import Writer, database_names, gateway_configuration, site_configuration
from saola_command.demo.declaration import Demo, read_demo
from saola_command.demo.layout import lock_folder, open_layout, running_layout
from saola_command.errors import DataFolderInUse, DataFolderUnusable, DemoDeclarationInvalid, PortTaken

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["vietnam", "template"])
def demo(request: pytest.FixtureRequest) -> Demo:
    return read_demo(ROOT / "demo" / request.param / "demo.yaml")


def test_each_declared_country_has_a_portal_a_one_stop_and_registers(demo: Demo) -> None:
    assert {member.site for member in demo.members} == {"portal", "onestop", "register"}
    assert demo.country.is_dir()


def test_every_grant_names_a_member_of_the_same_demo(demo: Demo) -> None:
    known = {f"{m.member_class}/{m.code}/{m.subsystem}" for m in demo.members}
    granted = {grant.client for m in demo.members for service in m.services for grant in service.access}
    assert granted <= known


def test_an_unknown_country_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DemoDeclarationInvalid) as caught:
        read_demo(tmp_path / "nowhere" / "demo.yaml")
    assert "nowhere" in caught.value.detail
    assert caught.value.remedy


def test_a_declaration_without_a_needed_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text("instance: X\nmembers: []\n")
    with pytest.raises(DemoDeclarationInvalid):
        read_demo(tmp_path / "demo.yaml")


def test_addresses_and_secrets_are_kept_between_starts(demo: Demo, tmp_path: Path) -> None:
    first = open_layout(demo=demo, data=tmp_path, free_ports=True)
    secret = first.secret("operator.token").read_text()
    second = open_layout(demo=demo, data=tmp_path, free_ports=True)
    assert second.network == first.network
    assert second.secret("operator.token").read_text() == secret


def test_free_ports_stay_the_same_while_nobody_else_takes_one(demo: Demo, tmp_path: Path) -> None:
    first = open_layout(demo=demo, data=tmp_path, free_ports=True)
    assert open_layout(demo=demo, data=tmp_path, free_ports=True).ports == first.ports
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", first.ports["portal"]))
        holder.listen()
        moved = open_layout(demo=demo, data=tmp_path, free_ports=True)
    assert set(moved.ports) == set(first.ports)
    assert first.ports["portal"] not in moved.ports.values()


def test_secrets_are_closed_to_others(demo: Demo, tmp_path: Path) -> None:
    layout = open_layout(demo=demo, data=tmp_path, free_ports=True)
    assert layout.secret("operator.token").stat().st_mode & 0o077 == 0


def test_a_taken_port_is_named_with_what_it_was_meant_for(demo: Demo, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            open_layout(demo=demo, data=tmp_path, free_ports=False, first_port=port)
    assert str(port) in caught.value.detail
    assert "portal" in caught.value.detail


@pytest.mark.parametrize("first_port", [0, -1, 65534, 99999])
def test_ports_that_do_not_exist_are_refused(demo: Demo, tmp_path: Path, first_port: int) -> None:
    with pytest.raises(PortTaken) as caught:
        open_layout(demo=demo, data=tmp_path, free_ports=False, first_port=first_port)
    assert str(first_port) in caught.value.detail


def test_a_data_folder_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for data in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(DataFolderUnusable) as caught:
            lock_folder(data)
        assert str(data) in caught.value.detail
        assert "--data" in caught.value.remedy


@pytest.mark.parametrize("text", ["", "{", "[]", '{"network": "127.1.1"}'])
def test_a_damaged_layout_is_an_error_that_says_what_to_do(demo: Demo, tmp_path: Path, text: str) -> None:
    (tmp_path / "layout.json").write_text(text)
    with pytest.raises(DataFolderUnusable) as caught:
        open_layout(demo=demo, data=tmp_path, free_ports=True)
    assert "layout.json" in caught.value.detail


def test_two_supervisors_cannot_hold_one_folder(tmp_path: Path, demo: Demo) -> None:
    open_layout(demo=demo, data=tmp_path, free_ports=True)
    assert running_layout(tmp_path) is None
    lock_folder(tmp_path)
    with pytest.raises(DataFolderInUse):
        lock_folder(tmp_path)
    assert running_layout(tmp_path) is not None


def test_every_process_with_state_has_a_database_of_its_own(demo: Demo, tmp_path: Path) -> None:
    layout = open_layout(demo=demo, data=tmp_path, free_ports=True)
    writer = Writer(demo=demo, layout=layout)
    names = database_names(demo)
    assert len({writer.database_of(name).name for name in names}) == len(names)
    assert len({writer.database_of(name).password for name in names}) == len(names)


def test_gateways_use_the_protocols_ports_on_addresses_of_their_own(demo: Demo, tmp_path: Path) -> None:
    writer = Writer(demo=demo, layout=open_layout(demo=demo, data=tmp_path, free_ports=True))
    written = [
        yaml.safe_load(gateway_configuration(writer, index=i, member=member).read_text())
        for i, member in enumerate(demo.members)
    ]
    assert {one["transport"]["port"] for one in written} == {5500}
    assert len({one["transport"]["host"] for one in written}) == len(written)


def test_configuration_files_hold_no_secret_that_others_can_read(demo: Demo, tmp_path: Path) -> None:
    writer = Writer(demo=demo, layout=open_layout(demo=demo, data=tmp_path, free_ports=True))
    for index, member in enumerate(demo.members):
        assert site_configuration(writer, index=index, member=member).stat().st_mode & 0o077 == 0
