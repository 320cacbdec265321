"""The signer's wire: what is sent, and what its answers mean."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest
from saola_identity.errors import CredentialLocked, NoCredential, PinWrong, SignerUnavailable, SigningFailed
from saola_identity.signing.signer import HttpSigner, NewCredential

CREDENTIAL = {"credential_id": "c1", "kind": "person", "certificate": "PEM", "chain": ["CA"], "status": "active"}


class Answering(BaseHTTPRequestHandler):
    """Answers what the test set, and keeps what came."""

    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b"{}"
    seen: ClassVar[list[dict[str, Any]]] = []

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        content = json.loads(self.rfile.read(length)) if length else None
        token = self.headers["Authorization"]
        Answering.seen.append({"method": self.command, "path": self.path, "token": token, "body": content})
        self.send_response(Answering.status)
        self.send_header("Content-Length", str(len(Answering.body)))
        self.end_headers()
        self.wfile.write(Answering.body)

    do_GET = do_POST = _answer  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing."""


@pytest.fixture
def signer() -> Iterator[HttpSigner]:
    Answering.seen = []
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield HttpSigner(url=f"http://127.0.0.1:{server.server_port}", token="identity", operator_token="operator")
    server.shutdown()
    server.server_close()
    thread.join()


def answers(status: int, body: object) -> None:
    Answering.status = status
    Answering.body = body if isinstance(body, bytes) else json.dumps(body).encode()


def sign(signer: HttpSigner) -> Any:
    return signer.sign(credential_id="c/1", hashes=["aGFzaA=="], activation="jwt", pin="1234")


def test_a_signature_is_asked_with_activation_pin_and_our_own_token(signer):
    answers(200, {"signatures": ["c2ln"]})
    assert sign(signer) == ["c2ln"]
    (seen,) = Answering.seen
    assert seen["path"] == "/signer/credentials/c%2F1/signatures"
    assert seen["token"] == "Bearer identity"
    assert seen["body"] == {"hashes": ["aGFzaA=="], "hash_algorithm": "SHA-256", "activation": "jwt", "pin": "1234"}


def test_a_credential_is_created_with_the_operator_s_token(signer):
    answers(201, CREDENTIAL)
    found = signer.create(NewCredential("42", "person", "public", {"common_name": "A"}, "1234"))
    assert (found.id, found.certificate, found.chain) == ("c1", "PEM", ("CA",))
    assert Answering.seen[0]["token"] == "Bearer operator"
    assert Answering.seen[0]["body"]["valid_days"] == 730


def test_revoked_credentials_are_not_offered(signer):
    answers(200, {"items": [{**CREDENTIAL, "status": "revoked"}, CREDENTIAL]})
    assert [one.id for one in signer.credentials("4 2")] == ["c1"]
    assert Answering.seen[0]["path"] == "/signer/credentials?owner=4%202"


@pytest.mark.parametrize(
    ("status", "problem", "error"),
    [
        (403, {"code": "trust.pin_wrong", "detail": "the PIN is wrong"}, PinWrong),
        (423, {"code": "trust.credential_locked", "detail": "locked"}, CredentialLocked),
        (404, {"code": "trust.not_found"}, NoCredential),
        (403, {"code": "trust.activation_refused", "detail": "spent"}, SigningFailed),
        (400, {}, SigningFailed),
        (503, {"code": "trust.unavailable"}, SignerUnavailable),
        (200, b"<html>", SignerUnavailable),
        (200, b"[]", SignerUnavailable),
        (200, {}, SignerUnavailable),
        (200, {"signatures": []}, SignerUnavailable),
    ],
)
def test_each_refusal_becomes_one_error(signer, status, problem, error):
    answers(status, problem)
    with pytest.raises(SigningFailed) as caught:
        sign(signer)
    assert type(caught.value) is error


def test_the_time_until_which_a_key_is_locked_is_read_from_the_answer(signer):
    detail = "too many wrong PINs: locked until 2026-11-22T09:15:00+00:00"
    answers(423, {"code": "trust.credential_locked", "detail": detail})
    with pytest.raises(CredentialLocked) as caught:
        sign(signer)
    assert caught.value.locked_until == datetime(2026, 11, 22, 9, 15, tzinfo=UTC)


def test_a_signer_that_is_not_there_is_unavailable():
    with pytest.raises(SignerUnavailable):
        HttpSigner(url="http://127.0.0.1:1", token="t", operator_token="o", timeout=1).credentials("42")
