"""The registry: files in, signed configuration out; what is broken never replaces what is good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree
from saola_exchange.globalconf import ConfigurationView, parse_anchor, parse_directory, update, verify_directory
from saola_exchange.globalconf.fakes import FakeInstance
from saola_exchange.protocol.identifiers import ClientId
from saola_exchange.registry.command import main
from saola_exchange.registry.errors import RegistryStateInvalid
from saola_exchange.registry.keys import load_keys, make_keys
from saola_exchange.registry.serving import Publisher, application
from saola_exchange.registry.settings import read_settings
from saola_trust.certificates import certificate_pem

INSTANCE = FakeInstance()


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 6, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


class Folder:
    """A registry's files in a temporary folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        trust = INSTANCE.trust
        self.write("ca.pem", certificate_pem(trust.issuers["government"].certificate))
        self.write("ocsp.pem", certificate_pem(trust.responders["government"].certificate))
        self.write("tsa.pem", certificate_pem(trust.tsa.certificate))
        self.write("auth.pem", certificate_pem(INSTANCE.signer(INSTANCE.consumer.member, "authentication").certificate))
        self.config(instance=INSTANCE.name)
        self.members("A01", "B02")
        self.server("a01", auth_certificates=["../auth.pem"], clients=[str(INSTANCE.consumer)])

    def write(self, name: str, content: str) -> Path:
        path = self.path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(content, encoding="utf-8")
        return path

    def config(self, **changes: object) -> Path:
        value = {
            "listen": "127.0.0.1:18999",
            "public_url": "http://127.0.0.1:18999",
            "data": "data",
            "instance": INSTANCE.name,
            "members_file": "members.yaml",
            "servers_dir": "servers",
            "approved_cas": [
                {"name": "CA", "top_ca": "ca.pem", "ocsp": [{"url": "http://127.0.0.1:1/", "certificate": "ocsp.pem"}]}
            ],
            "approved_tsas": [{"name": "TSA", "url": "http://127.0.0.1:1/tsa", "certificate": "tsa.pem"}],
            "expire_seconds": 600,
            "interval_seconds": 60,
            "timestamping_interval": 60,
            **changes,
        }
        return self.write(
            "registry.yaml", yaml.safe_dump({key: item for key, item in value.items() if item is not None})
        )

    def members(self, *codes: str) -> None:
        members = [
            {"member_class": "GOV", "member_code": code, "name": f"Office {code}", "subsystems": [{"code": "portal"}]}
            for code in codes
        ]
        self.write("members.yaml", yaml.safe_dump(members))

    def server(self, name: str, **changes: object) -> None:
        value = {"member_class": "GOV", "member_code": "A01", "server_code": "S1", "address": "127.0.0.1", **changes}
        self.write(f"servers/{name}.yaml", yaml.safe_dump(value))

    def publisher(self, clock: Clock) -> Publisher:
        settings = read_settings(self.path / "registry.yaml")
        make_keys(settings.data)
        return Publisher(settings, keys=load_keys(settings.data), clock=clock)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def view_of(publisher: Publisher, folder: Folder, clock: Clock) -> ConfigurationView:
    """What a member sees that fetches from the publisher."""
    out = folder.path / "anchor.xml"
    assert main(["anchor", "--config", str(folder.path / "registry.yaml"), "--out", str(out)]) == 0

    def fetch(url: str) -> bytes | None:
        path = url.removeprefix("http://127.0.0.1:18999")
        return publisher.page("/V6/internalconf" if path == "/internalconf?version=6" else path)

    update(anchor=parse_anchor(out.read_bytes()), fetch=fetch, folder=folder.path / "kept", at=clock())
    return ConfigurationView.load(folder.path / "kept")


def test_a_member_can_fetch_verify_and_use_what_is_published(folder: Folder) -> None:
    clock = Clock()
    view = view_of(folder.publisher(clock), folder, clock)
    gateway = INSTANCE.signer(INSTANCE.consumer.member, "authentication").certificate
    server = view.server_of_certificate(gateway)
    assert server is not None
    assert (str(server.id), server.clients) == ("EX-TEST/GOV/A01/S1", (INSTANCE.consumer,))
    assert view.expires == clock() + timedelta(seconds=600)
    assert view.knows(ClientId("EX-TEST", "GOV", "B02", "portal"))
    assert view.private is not None


def test_what_is_published_fits_the_schemas(folder: Folder, reference_data: Path) -> None:
    generation = folder.publisher(Clock()).generation
    schemas = reference_data / "xroad/asic/schemas/globalconf"
    etree.XMLSchema(etree.parse(schemas / "v6/shared-parameters.xsd")).assertValid(etree.fromstring(generation.shared))
    etree.XMLSchema(etree.parse(schemas / "v3/private-parameters.xsd")).assertValid(
        etree.fromstring(generation.private)
    )


def test_it_signs_anew_on_time_without_moving_the_files(folder: Folder) -> None:
    clock = Clock()
    publisher = folder.publisher(clock)
    first = publisher.generation
    assert not publisher.refresh()
    clock.at += timedelta(seconds=61)
    assert publisher.refresh()
    assert publisher.generation.folder == first.folder
    assert publisher.generation.expires == first.expires + timedelta(seconds=61)


def test_a_changed_file_is_published_at_once_and_the_old_ones_stay_fetchable(folder: Folder) -> None:
    clock = Clock()
    publisher = folder.publisher(clock)
    old = publisher.generation
    folder.members("A01", "B02", "C03")
    clock.at += timedelta(seconds=2)
    assert publisher.refresh()
    assert view_of(publisher, folder, clock).knows(ClientId("EX-TEST", "GOV", "C03"))
    assert publisher.page(f"/V6/{old.folder}/shared-params.xml") == old.shared


def test_a_broken_file_does_not_replace_what_is_published(folder: Folder) -> None:
    clock = Clock()
    publisher = folder.publisher(clock)
    good = publisher.generation
    folder.write("members.yaml", "- {member_class: GOV")
    clock.at += timedelta(seconds=2)
    publisher.refresh()
    assert publisher.generation.shared == good.shared
    assert publisher.generation.expires > good.expires
    status, body = publisher.health()
    assert (status, body["status"]) == (200, "degraded")
    assert "members.yaml" in str(publisher.problem)
    folder.members("A01")
    clock.at += timedelta(seconds=2)
    publisher.refresh()
    assert publisher.health()[1]["status"] == "ok"


def test_an_expired_configuration_shows_in_the_health(folder: Folder) -> None:
    clock = Clock()
    publisher = folder.publisher(clock)
    clock.at += timedelta(seconds=601)
    assert publisher.health()[0] == 503


def test_the_external_directory_lists_only_what_all_may_know(folder: Folder) -> None:
    clock = Clock()
    publisher = folder.publisher(clock)
    directory = parse_directory(publisher.generation.pages["/V6/externalconf"])
    keys = load_keys(folder.path / "data")
    verify_directory(directory, certificates=[keys.external.certificate], at=clock())
    assert [listed.identifier for listed in directory.files] == ["SHARED-PARAMETERS"]


Fetch = Callable[[str], Awaitable[tuple[int, bytes]]]


async def test_it_serves_over_http(folder: Folder) -> None:
    publisher = folder.publisher(Clock())
    async with TestClient(TestServer(application(publisher))) as client:

        async def fetch(path: str) -> tuple[int, bytes]:
            response = await client.get(path)
            return response.status, await response.read()

        internal = (200, publisher.generation.pages["/V6/internalconf"])
        assert await fetch("/internalconf?version=6") == internal
        assert await fetch("/V6/internalconf") == internal
        assert (await fetch("/externalconf?version=6"))[0] == 200
        assert (await fetch("/internalconf"))[0] == 404
        assert (await fetch("/internalconf?version=5"))[0] == 404
        assert (await fetch(f"/V6/{publisher.generation.folder}/shared-params.xml"))[1] == publisher.generation.shared
        assert (await fetch("/V6/../data/keys/internal.key"))[0] == 404
        assert (await fetch("/health"))[0] == 200


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda folder: folder.config(surprise=1), "surprise"),
        (lambda folder: folder.config(interval_seconds=600), "interval_seconds"),
        (lambda folder: folder.config(listen="8080"), "listen"),
        (lambda folder: folder.config(approved_cas=[{"name": "CA", "top_ca": "absent.pem"}]), "absent.pem"),
        (lambda folder: folder.config(instance=None), "instance"),
        (lambda folder: folder.members("A01", "A01"), "twice"),
        (lambda folder: folder.members("B02"), "A01"),
        (lambda folder: folder.server("a01", clients=["EX-TEST/GOV/A01/unknown"]), "unknown"),
        (lambda folder: folder.server("a01", auth_certificates=["absent.pem"], clients=[]), "absent.pem"),
        (lambda folder: folder.server("a02", auth_certificates=["../auth.pem"], server_code="S2"), "twice"),
        (lambda folder: folder.server("a01", member_code=7), "member_code"),
        (lambda folder: folder.server("a01", colour="blue"), "colour"),
    ],
)
def test_files_that_are_not_right_stop_the_start_and_are_named(
    folder: Folder, change: Callable[[Folder], object], named: str
) -> None:
    change(folder)
    with pytest.raises(RegistryStateInvalid) as refused:
        folder.publisher(Clock())
    assert named in refused.value.detail


def test_keys_are_made_once_and_only_the_operator_can_read_them(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    config = str(folder.path / "registry.yaml")
    assert main(["anchor", "--config", config, "--out", str(folder.path / "a.xml")]) == 2
    assert "saola registry init" in capsys.readouterr().err
    assert main(["init", "--config", config]) == 0
    first = {path: path.read_bytes() for path in (folder.path / "data/keys").iterdir()}
    assert main(["init", "--config", config]) == 0
    assert {path: path.read_bytes() for path in (folder.path / "data/keys").iterdir()} == first
    assert (folder.path / "data/keys/internal.key").stat().st_mode & 0o077 == 0
