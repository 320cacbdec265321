"""Preparing a gateway: keys, certificates, and going on where an earlier run was killed."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from saola_exchange.gateway.command import main
from saola_exchange.gateway.configuration import GatewayConfiguration, read_configuration
from saola_exchange.gateway.enrolment import FakeAuthority, HttpAuthority, enrol
from saola_exchange.gateway.errors import EnrolmentFailed
from saola_exchange.gateway.keys import KeyFiles, Purpose, load_keys
from saola_trust.certificates import Issuer, certificate_pem, issue, load_request
from saola_trust.keystore import FakeSigner

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CA = FakeSigner("CA", profile="issuing-ca")


def answer(order: Mapping[str, Any]) -> dict[str, Any]:
    """What an authority does with an order."""
    request = load_request(order["csr"].encode())
    key = request.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    certificate = issue(
        issuer=Issuer(CA.certificate, CA.key), profile=order["profile"], key=key, subject=request.subject, serial=7,
        not_before=NOW - timedelta(days=1), not_after=NOW + timedelta(days=order["valid_days"]),
    )  # fmt: skip
    return {"certificate": certificate_pem(certificate), "chain": [certificate_pem(CA.certificate)]}


@pytest.fixture
def configuration(world: Any) -> GatewayConfiguration:
    party = world.party("A", "site", 2)
    path = world.configure(party, "postgresql://nowhere")
    for purpose in Purpose:
        files = KeyFiles.of(data=party.folder / "data", purpose=purpose)
        files.key.unlink()
        files.certificate.unlink()
    return read_configuration(path)


def test_a_gateway_gets_two_keys_and_their_certificates(configuration: GatewayConfiguration) -> None:
    authority = FakeAuthority(answer)
    done = enrol(configuration=configuration, authority=authority, at=NOW)
    assert len(done) == 4
    assert [order["profile"] for order in authority.orders] == ["authentication", "signing"]
    assert authority.orders[0]["subject"] == {
        "instance": "EX", "member_class": "GOV", "member_code": "A", "server_code": "gateway1",
        "organisation": "Organisation A", "country": "EX",
    }  # fmt: skip
    assert authority.orders[1]["subject"]["server_code"] is None
    keys = load_keys(data=configuration.data, at=NOW)
    assert keys.authentication.certificate.public_key() != keys.signing.certificate.public_key()
    for purpose in Purpose:
        mode = KeyFiles.of(data=configuration.data, purpose=purpose).key.stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_a_second_run_does_nothing(configuration: GatewayConfiguration) -> None:
    enrol(configuration=configuration, authority=FakeAuthority(answer), at=NOW)
    authority = FakeAuthority(answer)
    assert enrol(configuration=configuration, authority=authority, at=NOW) == []
    assert authority.orders == []


@pytest.mark.parametrize("killed_at", [1, 2])
def test_a_run_that_was_killed_is_gone_on_with(configuration: GatewayConfiguration, killed_at: int) -> None:
    orders = []

    def dying(order: Mapping[str, Any]) -> dict[str, Any]:
        orders.append(order)
        if len(orders) == killed_at:
            raise KeyboardInterrupt
        return answer(order)

    with pytest.raises(KeyboardInterrupt):
        enrol(configuration=configuration, authority=FakeAuthority(dying), at=NOW)
    before = KeyFiles.of(data=configuration.data, purpose=Purpose.AUTHENTICATION).key.read_bytes()
    enrol(configuration=configuration, authority=FakeAuthority(answer), at=NOW)
    assert KeyFiles.of(data=configuration.data, purpose=Purpose.AUTHENTICATION).key.read_bytes() == before
    load_keys(data=configuration.data, at=NOW)


def test_a_certificate_that_runs_out_is_renewed_for_the_same_key(configuration: GatewayConfiguration) -> None:
    enrol(configuration=configuration, authority=FakeAuthority(answer), at=NOW)
    files = KeyFiles.of(data=configuration.data, purpose=Purpose.SIGNING)
    before = files.key.read_bytes(), files.certificate.read_bytes()
    done = enrol(configuration=configuration, authority=FakeAuthority(answer), at=NOW + timedelta(days=715))
    assert len(done) == 2
    assert files.key.read_bytes() == before[0]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda _: {},
        lambda _: {"certificate": "nonsense", "chain": []},
        lambda _: {"certificate": certificate_pem(CA.certificate), "chain": []},
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(
    configuration: GatewayConfiguration, wrong: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> None:
    with pytest.raises(EnrolmentFailed):
        enrol(configuration=configuration, authority=FakeAuthority(wrong), at=NOW)
    assert not KeyFiles.of(data=configuration.data, purpose=Purpose.AUTHENTICATION).certificate.exists()


def test_a_damaged_key_is_not_replaced_silently(configuration: GatewayConfiguration) -> None:
    enrol(configuration=configuration, authority=FakeAuthority(answer), at=NOW)
    files = KeyFiles.of(data=configuration.data, purpose=Purpose.SIGNING)
    files.key.write_bytes(b"damaged")
    with pytest.raises(EnrolmentFailed, match="cannot be read"):
        enrol(configuration=configuration, authority=FakeAuthority(answer), at=NOW)
    assert files.key.read_bytes() == b"damaged"


@pytest.fixture
def authority_server() -> Iterator[tuple[str, list[tuple[str, str]], list[int]]]:
    """A certification authority over HTTP: its address, what it was asked, and the status of its answers."""
    seen: list[tuple[str, str]] = []
    status = [201]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append((self.path, self.headers["Authorization"]))
            self.send_response(status[0])
            self.end_headers()
            told = answer(order) if status[0] in {200, 201} else {"detail": "the token is wrong"}
            self.wfile.write(json.dumps(told).encode())

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Tests stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen, status
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("status", [200, 201])
def test_the_command_asks_the_authority_over_http(
    configuration: GatewayConfiguration, authority_server: Any, tmp_path: Path, status: int, capsys: Any
) -> None:
    url, seen, statuses = authority_server
    statuses[0] = status
    (tmp_path / "token").write_text("secret\n")
    config = configuration.data.parent / "gateway.yaml"
    assert main(["init", "--config", str(config), "--ca", url, "--token-file", str(tmp_path / "token")]) == 0
    assert seen == [("/ca/government/certificates", "Bearer secret")] * 2
    assert "is prepared" in capsys.readouterr().out
    certificate = x509.load_pem_x509_certificate(
        KeyFiles.of(data=configuration.data, purpose=Purpose.SIGNING).certificate.read_bytes()
    )
    assert certificate.public_bytes(Encoding.PEM)


def test_a_refusal_of_the_authority_is_told_with_its_reason(
    configuration: GatewayConfiguration, authority_server: Any, tmp_path: Path, capsys: Any
) -> None:
    url, _, statuses = authority_server
    statuses[0] = 401
    (tmp_path / "token").write_text("secret")
    config = configuration.data.parent / "gateway.yaml"
    assert main(["init", "--config", str(config), "--ca", url, "--token-file", str(tmp_path / "token")]) == 1
    told = capsys.readouterr().err
    assert "refused (401): the token is wrong" in told
    assert "secret" not in told


def test_an_authority_that_is_away_is_told() -> None:
    with pytest.raises(EnrolmentFailed, match="does not answer") as caught:
        HttpAuthority("http://127.0.0.1:1", "secret").issue({})
    assert caught.value.retry


def test_a_wrong_configuration_is_an_unusable_input_and_no_failure(tmp_path: Path, capsys: Any) -> None:
    assert main(["run", "--config", str(tmp_path / "absent.yaml")]) == 2
    (tmp_path / "gateway.yaml").write_text("colour: red")
    assert main(["run", "--config", str(tmp_path / "gateway.yaml")]) == 2
    told = capsys.readouterr().err
    assert "absent.yaml" in told
    assert "Errno" not in told
