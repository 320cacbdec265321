"""Both processes of a trust installation, as the demo runs them: authorities in one, the signer in the other."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from joserfc import jwt
from joserfc.jwk import ECKey
from saola_command.postgres import Cluster, Database, ensure_databases
from saola_trust.certificates import load_certificate
from saola_trust.services.client import AuthorityClient, HttpEvidence, SignerClient

LAUNCH = "import sys; from saola_trust.command import main; sys.exit(main(sys.argv[1:]))"


@dataclass
class Process:
    """One trust process, started from its configuration file."""

    config: Path
    url: str
    running: subprocess.Popen[bytes] | None = None

    def init(self) -> None:
        subprocess.run([sys.executable, "-c", LAUNCH, "init", "--config", self.config], check=True, timeout=60)

    def start(self) -> None:
        self.running = subprocess.Popen([sys.executable, "-c", LAUNCH, "run", "--config", self.config])
        wait_for(self.url)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.running is not None
        self.running.send_signal(how)
        code = self.running.wait(timeout=20)
        self.running = None
        return code

    @property
    def memory(self) -> int:
        """Proportional set size in KiB."""
        assert self.running is not None
        lines = Path(f"/proc/{self.running.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


@dataclass
class Installation:
    """The two processes, and clients for them."""

    folder: Path
    authorities: Process
    signer: Process
    identity_key: ECKey = field(repr=False)

    def token(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="ascii").strip()

    @property
    def operator(self) -> SignerClient:
        return SignerClient(self.signer.url, self.token("operator.token"))

    @property
    def identity(self) -> SignerClient:
        return SignerClient(self.signer.url, self.token("identity.token"))

    @property
    def office(self) -> SignerClient:
        return SignerClient(self.signer.url, self.token("seal.token"))

    @property
    def authority(self) -> AuthorityClient:
        return AuthorityClient(self.authorities.url, self.token("operator.token"))

    @property
    def evidence(self) -> HttpEvidence:
        return HttpEvidence(f"{self.authorities.url}/tsa")

    def certificate(self, name: str) -> Any:
        return load_certificate(get(f"{self.authorities.url}/{name}"))

    def activation(
        self, *, owner: str, credential: str, hashes: list[bytes], claims: dict[str, Any] | None = None
    ) -> str:
        usual = {
            "iss": "saola-identity",
            "aud": "saola-signer",
            "sub": owner,
            "credential": credential,
            "hashes": [base64.b64encode(one).decode() for one in hashes],
            "exp": int(time.time()) + 60,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode({"alg": "ES256"}, usual | (claims or {}), self.identity_key)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


def wait_for(url: str, *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            get(f"{url}/health")
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{url} did not become healthy")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def installation(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A fresh installation for the tests of one module."""
    folder = tmp_path_factory.mktemp("trust")
    databases = [Database(f"trust_{secrets.token_hex(4)}", secrets.token_urlsafe(12)) for _ in range(2)]
    ensure_databases(operator_url=postgres_cluster.operator_url, databases=databases)
    addresses = [postgres_cluster.endpoint.url(user=d.name, password=d.password, database=d.name) for d in databases]
    made = installation_in(folder, addresses)
    for process in (made.authorities, made.signer):
        process.init()
        process.start()
    try:
        yield made
    finally:
        for process in (made.authorities, made.signer):
            if process.running is not None:
                process.end()


def installation_in(folder: Path, addresses: list[str]) -> Installation:
    key = ECKey.generate_key("P-256")
    (folder / "activation.pub.json").write_text(json.dumps(key.as_dict(private=False)), encoding="ascii")
    authorities, signer = (f"127.0.0.1:{free_port()}" for _ in range(2))
    common = {"country": "XX", "operator_name": "Example Operator", "operator_token_file": "operator.token"}
    roles = ["ca", "ocsp", "tsa", "trustlist"]
    one = {**common, "listen": authorities, "data": "authorities", "database": addresses[0], "roles": roles}
    two = {
        **common, "listen": signer, "data": "signer", "database": addresses[1], "roles": ["signer"],
        "identity_token_file": "identity.token", "activation_key_file": "activation.pub.json",
        "ca_url": f"http://{authorities}", "seal_tokens": {"X01": "seal.token"},
    }  # fmt: skip
    for name, content in (("authorities.yaml", one), ("signer.yaml", two)):
        (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    os.chmod(folder, 0o700)  # noqa: PTH101 - the folder holds tokens
    return Installation(
        folder,
        Process(folder / "authorities.yaml", f"http://{authorities}"),
        Process(folder / "signer.yaml", f"http://{signer}"),
        key,
    )
