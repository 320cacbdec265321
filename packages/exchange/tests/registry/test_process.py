"""The registry as a process: killed and started again it serves the same configuration, and it ends when told."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from saola_exchange.globalconf import ConfigurationUnreachable, ConfigurationView, http_fetch, parse_anchor, update
from saola_exchange.globalconf.fakes import FakeInstance
from saola_exchange.protocol.identifiers import ClientId
from saola_trust.certificates import certificate_pem

pytestmark = pytest.mark.system
PROGRAM = "import sys; from saola_exchange.command import main_registry; sys.exit(main_registry(sys.argv[1:]))"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    trust = FakeInstance().trust
    (tmp_path / "ca.pem").write_text(certificate_pem(trust.issuers["government"].certificate))
    (tmp_path / "tsa.pem").write_text(certificate_pem(trust.tsa.certificate))
    members = [{"member_class": "GOV", "member_code": "A01", "name": "Office", "subsystems": [{"code": "portal"}]}]
    (tmp_path / "members.yaml").write_text(yaml.safe_dump(members))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    value = {
        "listen": address,
        "public_url": f"http://{address}",
        "data": "data",
        "instance": "EX-TEST",
        "members_file": "members.yaml",
        "servers_dir": "servers",
        "approved_cas": [{"name": "CA", "top_ca": "ca.pem", "ocsp": [{"url": "http://127.0.0.1:1/"}]}],
        "approved_tsas": [{"name": "TSA", "url": "http://127.0.0.1:1/tsa", "certificate": "tsa.pem"}],
    }
    path = tmp_path / "registry.yaml"
    path.write_text(yaml.safe_dump(value))
    return path


def words(command: str, config: Path) -> list[str]:
    return [sys.executable, "-c", PROGRAM, command, "--config", str(config)]


@contextmanager
def running(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(words("run", config), stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def fetched(config: Path) -> ConfigurationView:
    """What a member gets, waiting until the registry answers."""
    folder, anchor = config.parent / "kept", parse_anchor((config.parent / "anchor.xml").read_bytes())
    for _ in range(200):
        try:
            update(anchor=anchor, fetch=http_fetch, folder=folder, at=datetime.now(UTC))
        except ConfigurationUnreachable:
            time.sleep(0.05)
        else:
            return ConfigurationView.load(folder)
    raise AssertionError("the registry does not answer")


def appears(config: Path, client: ClientId) -> bool:
    """Whether the client is published within ten seconds."""
    for _ in range(100):
        if fetched(config).knows(client):
            return True
        time.sleep(0.1)
    return False


def test_killed_and_started_again_it_serves_the_same_and_ends_when_told(config: Path) -> None:
    subprocess.run(words("init", config), check=True, stdout=subprocess.DEVNULL)
    anchor = [*words("anchor", config), "--out", str(config.parent / "anchor.xml")]
    subprocess.run(anchor, check=True, stdout=subprocess.DEVNULL)
    with running(config) as first:
        before = fetched(config)
        first.kill()
        assert first.wait(timeout=10) == -signal.SIGKILL
    with pytest.raises(ConfigurationUnreachable):
        http_fetch(parse_anchor((config.parent / "anchor.xml").read_bytes()).sources[0].url)
    with running(config) as second:
        assert fetched(config).shared == before.shared
        members = yaml.safe_load((config.parent / "members.yaml").read_text())
        (config.parent / "members.yaml").write_text(yaml.safe_dump([*members, {**members[0], "member_code": "B02"}]))
        wanted = ClientId("EX-TEST", "GOV", "B02", "portal")
        assert appears(config, wanted)
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=10) == 0
