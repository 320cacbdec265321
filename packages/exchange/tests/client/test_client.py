"""The client against a small real HTTP server, and the fake against the same expectations."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_exchange.client import ExchangeClient, ExchangeRefused, ExchangeUnavailable, FakeExchange
from saola_exchange.client.exchange import _declared, _target

CLIENT = "EX-DEMO/GOV/G22/portal"
SERVICE = "EX-DEMO/GOV/G01/population/persons"


@dataclass
class Gateway:
    """What a stand-in gateway saw, and what it answers next."""

    address: str = ""
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    state = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            state.seen.append((self.command, self.path, dict(self.headers), body))
            self.send_response(state.status)
            for name, value in {"X-Road-Id": self.headers.get("X-Road-Id", ""), **state.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(state.body)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 (the server looks for these names)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def client_of(gateway: Gateway) -> ExchangeClient:
    return ExchangeClient(gateway=gateway.address, client=CLIENT, token="secret", new_id=lambda: "id-1")


def test_a_call_carries_who_why_and_about_whom(gateway: Gateway) -> None:
    answer = client_of(gateway).call(
        method="post", service=SERVICE, path="/records/a b", query={"name": "ø&"}, body=b"{}",
        content_type="application/json", purpose="procedure:1", legal_ground="§ 5", data_subject="000123",
        dossier="D-1", idempotency_key="k-1", user_id="u",
    )  # fmt: skip
    method, path, headers, body = gateway.seen[0]
    assert (method, body) == ("POST", b"{}")
    assert path == f"/r1/{SERVICE}/records/a%20b?name=%C3%B8%26"
    assert headers["X-Road-Client"] == CLIENT
    assert headers["X-Saola-Client-Token"] == "secret"
    assert headers["Saola-Purpose"] == "procedure:1"
    assert unquote(headers["Saola-Legal-Ground"]) == "§ 5"
    assert (headers["Saola-Data-Subject"], headers["Saola-Dossier"]) == ("000123", "D-1")
    assert headers["Idempotency-Key"] == "k-1"
    assert answer.message_id == "EX-DEMO-id-1"


def test_the_services_own_error_is_an_answer(gateway: Gateway) -> None:
    gateway.status, gateway.body = 404, b'{"code":"not_found"}'
    gateway.headers = {"X-Road-Request-Id": "r-1", "Content-Type": "application/problem+json"}
    answer = client_of(gateway).call(method="GET", service=SERVICE, purpose="p", legal_ground="l")
    assert (answer.status, answer.request_id, answer.json()["code"]) == (404, "r-1", "not_found")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("server.serverproxy.access_denied", ExchangeRefused),
        ("client.invalid_request", ExchangeRefused),
        ("server.serverproxy.service_failed.network_error", ExchangeUnavailable),
        ("Server.ServerProxy.service_failed.io_error", ExchangeUnavailable),
        ("server.clientproxy.network_error", ExchangeUnavailable),
        ("server.serverproxy.service_failed.invalid_body", ExchangeRefused),
        ("server.clientproxy.global_conf_outdated", ExchangeUnavailable),
        ("server.clientproxy.cannot_create_signature", ExchangeUnavailable),
        ("server.serverproxy.ssl_authentication_failed.incorrect_validation_info", ExchangeUnavailable),
        ("server.serverproxy.ssl_authentication_failed.incorrect_certificate", ExchangeRefused),
    ],
)
def test_a_fault_of_a_gateway_is_raised_with_its_detail(gateway: Gateway, code: str, expected: type) -> None:
    gateway.status, gateway.headers = 500, {"X-Road-Error": code}
    gateway.body = json.dumps({"type": code, "message": "no", "detail": "d-1"}).encode()
    with pytest.raises((ExchangeRefused, ExchangeUnavailable)) as caught:
        client_of(gateway).call(method="GET", service=SERVICE, purpose="p", legal_ground="l")
    assert type(caught.value) is expected
    assert (caught.value.code, caught.value.detail, caught.value.message_id) == (code, "d-1", "EX-DEMO-id-1")


def test_a_gateway_that_is_down_is_unavailable_and_may_be_tried_again() -> None:
    client = ExchangeClient(gateway="http://127.0.0.1:1", client=CLIENT)
    with pytest.raises(ExchangeUnavailable) as caught:
        client.call(method="GET", service=SERVICE, purpose="p", legal_ground="l", timeout=1)
    assert caught.value.retry


def test_evidence_asks_for_one_container_of_the_own_subsystem(gateway: Gateway) -> None:
    gateway.body = b"PK"
    assert client_of(gateway).evidence(message_id="m/1", kind="request", request_id="r") == b"PK"
    path = gateway.seen[0][1]
    assert path.startswith("/asic?queryId=m%2F1&xRoadInstance=EX-DEMO&memberClass=GOV&memberCode=G22")
    assert "requestOnly=true" in path
    assert "unique=true" in path
    assert "requestId=r" in path


def test_the_token_is_not_shown() -> None:
    assert "secret" not in repr(ExchangeClient(gateway="http://127.0.0.1", client=CLIENT, token="secret"))


@pytest.mark.parametrize("client", ["", "A/B/C", "A/B/C/", "A/B/C/D/E"])
def test_a_client_that_is_no_subsystem_is_refused(client: str) -> None:
    with pytest.raises(ValueError, match="INSTANCE/CLASS/MEMBER/SUBSYSTEM"):
        ExchangeClient(gateway="http://127.0.0.1", client=client)


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_travels_in_a_header_and_a_path(text: str) -> None:
    value = _declared(text, "l", None, None)["Saola-Purpose"]
    assert value.isascii()
    assert value.isprintable()
    assert " " not in value
    assert unquote(value) == text
    target = _target(service=SERVICE, path="/" + text, query={})
    assert unquote(target) == f"/r1/{SERVICE}/{text}"
    assert "?" not in target


def test_the_fake_answers_what_was_programmed_and_refuses_the_rest() -> None:
    fake = FakeExchange()
    fake.answers(method="GET", service=SERVICE, path="/records/1", body={"version": 1})
    fake.fails(
        method="POST", service=SERVICE, error=ExchangeUnavailable(code="client.gateway_unreachable", message="down")
    )
    found = fake.call(method="get", service=SERVICE, path="/records/1", purpose="p", legal_ground="l")
    assert found.json() == {"version": 1}
    assert fake.calls[0].purpose == "p"
    with pytest.raises(ExchangeUnavailable):
        fake.call(method="POST", service=SERVICE, purpose="p", legal_ground="l")
    with pytest.raises(ExchangeRefused, match="no answer programmed"):
        fake.call(method="GET", service=SERVICE, path="/records/2", purpose="p", legal_ground="l")


def test_the_fake_gives_the_containers_put_into_it() -> None:
    fake = FakeExchange(containers={("m", "request"): b"PK"})
    assert fake.evidence(message_id="m", kind="request") == b"PK"
    with pytest.raises(ExchangeRefused):
        fake.evidence(message_id="m", kind="response")
