"""The multipart form between gateways: the bytes, any chunking, the order of parts, the limits."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saola_exchange.errors import ProtocolError
from saola_exchange.protocol import faults
from saola_exchange.protocol.transport import (
    BodyChunk,
    BodyEnd,
    BodyStart,
    Decoder,
    Encoder,
    Event,
    FaultPart,
    HashChainPart,
    HashChainResultPart,
    HeadPart,
    Limits,
    OcspPart,
    SignaturePart,
    TransportError,
    new_boundary,
    request_headers,
    response_headers,
)

BOUNDARY = "xtopboundary"
CONTENT_TYPE = f"multipart/mixed; charset=UTF-8; boundary={BOUNDARY}"
GOLDEN = (
    b"--xtopboundary\r\ncontent-type: application/ocsp-response\r\n\r\nOCSP"
    b"\r\n--xtopboundary\r\ncontent-type: application/x-road-rest-request\r\n\r\nHEAD\r\n"
    b"\r\n--xtopboundary\r\ncontent-type: application/x-road-rest-body\r\n\r\nBODY"
    b"\r\n--xtopboundary\r\ncontent-type: application/hash-chain-result\r\n\r\nRESULT"
    b"\r\n--xtopboundary\r\ncontent-type: application/hash-chain\r\n\r\nCHAIN"
    b"\r\n--xtopboundary\r\ncontent-type: signature/bdoc-1.0/ts\r\n\r\nSIGNATURE"
    b"\r\n--xtopboundary--\r\n"
)


def whole_request(body: Iterable[bytes] | None = (b"BODY",)) -> bytes:
    return b"".join(
        Encoder(BOUNDARY).message(
            head=b"HEAD\r\n",
            is_request=True,
            signature=b"SIGNATURE",
            body=body,
            hash_chain=(b"RESULT", b"CHAIN"),
            ocsp_responses=[b"OCSP"],
        )
    )


def decode(data: bytes, *, step: int = 10_000, limits: Limits | None = None) -> list[Event]:
    decoder = Decoder(content_type=CONTENT_TYPE, expecting="request", limits=limits)
    events = [event for start in range(0, len(data), step) for event in decoder.feed(data[start : start + step])]
    return events + decoder.close()


def test_a_request_has_exactly_these_bytes() -> None:
    assert whole_request() == GOLDEN


def test_a_request_is_read_part_by_part() -> None:
    assert decode(GOLDEN) == [
        OcspPart(b"OCSP"),
        HeadPart(b"HEAD\r\n"),
        BodyStart(),
        BodyChunk(b"BODY"),
        BodyEnd(),
        HashChainResultPart(b"RESULT"),
        HashChainPart(b"CHAIN"),
        SignaturePart(b"SIGNATURE"),
    ]


@settings(max_examples=150)
@given(st.binary(max_size=400), st.integers(1, 60))
def test_any_body_in_any_chunks_comes_back(body: bytes, step: int) -> None:
    body = body.replace(b"xtop", b"") + b"\r\n--xtopboundar?" + body.replace(b"xtop", b"") + b"\r\n"
    events = decode(whole_request([body]), step=step)
    assert b"".join(event.data for event in events if isinstance(event, BodyChunk)) == body
    assert [type(event) for event in events if not isinstance(event, BodyChunk)][-1] is SignaturePart


def test_an_empty_body_is_a_body() -> None:
    events = decode(whole_request([]), step=1)
    assert BodyStart() in events
    assert BodyEnd() in events
    assert not any(isinstance(event, BodyChunk) for event in events)
    assert BodyStart() not in decode(whole_request(None))


@given(st.binary(max_size=200), st.integers(0, len(GOLDEN)))
def test_no_bytes_make_the_decoder_raise_anything_undeclared(noise: bytes, at: int) -> None:
    for data in (noise, GOLDEN[:at] + noise + GOLDEN[at:], GOLDEN[:at] + noise):
        with suppress(ProtocolError):
            assert decode(data, step=7)


@pytest.mark.parametrize("cut", range(0, len(GOLDEN) - 4, 17))
def test_a_message_that_was_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(TransportError):
        decode(GOLDEN[:cut])


def part(kind: str, content: bytes = b"x") -> bytes:
    return f"\r\n--{BOUNDARY}\r\ncontent-type: {kind}\r\n\r\n".encode() + content


REQUEST, BODY, SIGNATURE = "application/x-road-rest-request", "application/x-road-rest-body", "signature/bdoc-1.0/ts"
RESULT, CHAIN, OCSP = "application/hash-chain-result", "application/hash-chain", "application/ocsp-response"
RESPONSE, SOAP = "application/x-road-rest-response", "text/xml"


@pytest.mark.parametrize(
    "kinds",
    [
        [SIGNATURE],
        [REQUEST, REQUEST, SIGNATURE],
        [REQUEST, SIGNATURE, BODY],
        [REQUEST, BODY, BODY, SIGNATURE],
        [REQUEST, CHAIN, SIGNATURE],
        [REQUEST, RESULT, SIGNATURE],
        [REQUEST, OCSP, SIGNATURE],
        [REQUEST, BODY],
        [RESPONSE, SIGNATURE],
        [SOAP, SIGNATURE],
        [REQUEST, SOAP],
        [OCSP] * 11 + [REQUEST, SIGNATURE],
        [REQUEST, "application/unknown", SIGNATURE],
    ],
)
def test_parts_in_another_order_are_refused(kinds: list[str]) -> None:
    data = b"".join(part(kind) for kind in kinds).removeprefix(b"\r\n") + f"\r\n--{BOUNDARY}--\r\n".encode()
    with pytest.raises(TransportError):
        decode(data)


def test_bytes_after_the_end_are_refused() -> None:
    with pytest.raises(TransportError):
        decode(GOLDEN + b"more")


@pytest.mark.parametrize(
    ("limits", "content"),
    [
        (Limits(head=5), GOLDEN),
        (Limits(body=3), GOLDEN),
        (Limits(signature=8), GOLDEN),
        (Limits(hash_chain=4), GOLDEN),
        (Limits(ocsp_response=3), GOLDEN),
        (Limits(part_header=10), GOLDEN),
        (Limits(), f"--{BOUNDARY}\r\nx:".encode() + b"y" * 20_000),
    ],
)
def test_more_than_the_limits_is_refused_before_it_is_kept(limits: Limits, content: bytes) -> None:
    with pytest.raises(TransportError):
        decode(content, step=3, limits=limits)


FAULT = faults.Fault("server.serverproxy.access_denied", "not <allowed>", "d-1")


def test_a_fault_may_stand_in_place_of_the_signature_of_a_response() -> None:
    encoder = Encoder(BOUNDARY)
    data = (
        encoder.response_head(b"200\r\nOK\r\n") + encoder.start_body() + b"half" + encoder.fault(faults.to_soap(FAULT))
    )
    decoder = Decoder(content_type=CONTENT_TYPE, expecting="response")
    assert decoder.feed(data)[-1] == FaultPart(FAULT)
    assert decoder.close() == []


def test_a_whole_response_may_be_a_fault() -> None:
    decoder = Decoder(content_type="text/xml; charset=UTF-8", expecting="response")
    assert decoder.feed(faults.to_soap(FAULT)) == []
    assert decoder.close() == [FaultPart(FAULT)]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/mixed", 'multipart/mixed; boundary="é"', "", "text/xml"]
)
def test_a_request_of_another_content_type_is_refused(content_type: str) -> None:
    with pytest.raises(TransportError) as refused:
        Decoder(content_type=content_type, expecting="request")
    assert refused.value.code == "invalid_content_type"


def test_the_http_headers_of_a_message_are_these() -> None:
    told = request_headers(request_id="r-1", content_type="text/plain", boundary="b")
    assert told == {
        "content-type": "multipart/mixed; charset=UTF-8; boundary=b",
        "x-hash-algorithm": "SHA-512",
        "x-proxy-version": "7.8.0",
        "x-road-request-id": "r-1",
        "x-road-message-type": "REST",
        "x-original-content-type": "text/plain",
    }
    assert "x-original-content-type" not in request_headers(request_id="r", content_type=None, boundary="b")
    assert set(response_headers(boundary="b")) == {"content-type", "x-hash-algorithm"}


def test_a_boundary_is_made_of_letters_that_were_chosen() -> None:
    assert new_boundary(lambda letters: letters[0]) == "xtop" + "a" * 30
