"""Heads of REST messages: exact bytes, and what is refused."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_exchange.errors import ProtocolError
from saola_exchange.protocol.headers import InvalidHeader, MissingHeader
from saola_exchange.protocol.rest import (
    InconsistentResponse,
    InvalidHead,
    RestRequest,
    RestResponse,
    hash_of_request,
    is_response_head,
)

TARGET = "/r1/EX/GOV/B02/register/persons/records/1%202?fields=name"
REQUEST = (
    b"GET\r\n/r1/EX/GOV/B02/register/persons/records/1%202?fields=name\r\n"
    b"X-Road-Client:EX/GOV/A01/portal\r\nSaola-Purpose:procedure:1\r\nx-road-id:m-1\r\nx-road-request-id:r-1\r\n"
)
RESPONSE = (
    b"200\r\nOK\r\nContent-Type:application/json\r\nx-road-id:m-1\r\nx-road-client:EX/GOV/A01/portal\r\n"
    b"x-road-service:EX/GOV/B02/register/persons\r\nx-road-request-id:r-1\r\nx-road-request-hash:%s\r\n"
)


def request(*extra: tuple[str, str]) -> RestRequest:
    headers = [("Host", "gateway"), ("X-Road-Client", "EX/GOV/A01/portal"), ("Saola-Purpose", "procedure:1"), *extra]
    return RestRequest.from_consumer(method="GET", target=TARGET, headers=headers, request_id="r-1", fallback_id="m-1")


def test_a_request_head_has_exactly_these_bytes() -> None:
    assert request().to_bytes() == REQUEST


def test_a_request_head_is_read_back_as_it_was_written() -> None:
    head = RestRequest.parse(REQUEST)
    assert head == request()
    assert (str(head.service), head.path, head.query) == (
        "EX/GOV/B02/register/persons",
        "/records/1%202",
        "fields=name",
    )
    assert (head.message_id, head.request_id, head.security_server) == ("m-1", "r-1", None)


def test_a_response_head_has_exactly_these_bytes() -> None:
    value = hash_of_request(head=REQUEST, body_digest=None)
    response = RestResponse.answering(
        request=request(),
        request_hash=value,
        status=200,
        reason="OK",
        headers=[("Content-Type", "application/json"), ("X-Road-Id", "forged"), ("Server", "x")],
    )
    assert response.to_bytes() == RESPONSE % value.encode()
    assert RestResponse.parse(response.to_bytes()) == response
    response.require_answers(request(), request_hash=value)


def test_the_hash_of_a_request_covers_its_body_when_it_has_one() -> None:
    head, body = hashlib.sha512(b"head").digest(), hashlib.sha512(b"").digest()
    assert hash_of_request(head=b"head", body_digest=None) == base64.b64encode(head).decode()
    both = hashlib.sha512(head + body).digest()
    assert hash_of_request(head=b"head", body_digest=body) == base64.b64encode(both).decode()


@pytest.mark.parametrize(
    "name", ["X-Road-Id", "x-road-client", "x-road-service", "x-road-request-hash", "x-road-request-id"]
)
def test_a_response_to_another_request_is_refused(name: str) -> None:
    value = hash_of_request(head=REQUEST, body_digest=None)
    good = RestResponse.answering(request=request(), request_hash=value, status=200, reason="OK", headers=[])
    other = tuple((key, "EX/GOV/X/y/z" if key == name.lower() else text) for key, text in good.headers)
    with pytest.raises((InconsistentResponse, ProtocolError)):
        RestResponse(200, "OK", other).require_answers(request(), request_hash=value)
    without = tuple((key, text) for key, text in good.headers if key != name.lower())
    with pytest.raises(InconsistentResponse):
        RestResponse(200, "OK", without).require_answers(request(), request_hash=value)


def test_the_gateways_token_and_connection_headers_never_travel() -> None:
    head = request(("X-Saola-Client-Token", "secret"), ("Connection", "close"), ("X-Road-Request-Id", "forged"))
    assert b"secret" not in head.to_bytes()
    assert b"forged" not in head.to_bytes()
    assert b"onnection" not in head.to_bytes()


@pytest.mark.parametrize("name", ["User-Agent", "host", "Content-Length", "X-Saola-Client-Token"])
def test_a_peers_head_with_a_connection_header_is_refused(name: str) -> None:
    with pytest.raises(InvalidHeader):
        RestRequest.parse(REQUEST + f"{name}:x\r\n".encode())


def test_two_different_clients_in_one_head_are_refused() -> None:
    with pytest.raises(InvalidHeader) as refused:
        RestRequest.parse(REQUEST + b"x-road-client:EX/GOV/A02/other\r\n")
    assert refused.value.code == "duplicate_header_field"


def test_a_request_without_client_is_refused() -> None:
    with pytest.raises(MissingHeader):
        RestRequest.from_consumer(method="GET", target=TARGET, headers=[], request_id="r", fallback_id="m")


@pytest.mark.parametrize(
    ("method", "target", "code"),
    [
        ("BREW", TARGET, "invalid_request"),
        ("GET", "/r2/EX/GOV/B02/register/persons", "invalid_protocol_version"),
        ("GET", "/r1/EX/GOV/B02/persons", "invalid_request"),
        ("GET", "/r1/EX/GOV/B02/register/persons\r\nX-Road-Client:EX/GOV/X", "invalid_request"),
        ("GET", "/r1/EX/GOV/B02/register/persons/%zz", "invalid_request"),
        ("GET", "/r1/EX/GOV/B%2F02/register/persons", "invalid_client_identifier"),
    ],
)
def test_a_malformed_request_line_is_refused(method: str, target: str, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        RestRequest.from_consumer(
            method=method, target=target, headers=[("X-Road-Client", "EX/GOV/A01")], request_id="r", fallback_id="m"
        )
    assert refused.value.code == code


def test_a_header_value_cannot_begin_another_header() -> None:
    with pytest.raises(InvalidHeader):
        request(("X-Note", "a\r\nX-Road-Id:forged"))


@given(st.binary(max_size=300))
def test_no_bytes_make_the_parsers_raise_anything_undeclared(data: bytes) -> None:
    for parse in (RestRequest.parse, RestResponse.parse):
        for candidate in (data, REQUEST + data, RESPONSE + data + b"\r\n"):
            with suppress(ProtocolError):
                assert parse(candidate).to_bytes() == candidate


def test_the_first_byte_tells_responses_from_requests() -> None:
    assert is_response_head(RESPONSE)
    assert not is_response_head(REQUEST)
    with pytest.raises(InvalidHead):
        RestResponse.parse(REQUEST)
