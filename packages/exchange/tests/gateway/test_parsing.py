"""Whatever strangers send is either understood or refused with a declared error."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from saola_exchange.errors import ExchangeError, ProtocolError
from saola_exchange.gateway.answers import PeerFault, one_line, told_fault
from saola_exchange.gateway.evidence import read_query
from saola_exchange.gateway.exchanging import Body, Message, encode, read_body, receive
from saola_exchange.gateway.handover import read_parts, write_parts
from saola_exchange.gateway.metadata import anonymous_description
from saola_exchange.messagelog.records import Kind
from saola_exchange.protocol.faults import PROVIDER_SERVER, to_soap
from saola_exchange.protocol.signature import MessageSignature
from saola_exchange.protocol.transport import Limits

BOUNDARY = "xtopabcdefghij"
CONTENT_TYPE = f"multipart/mixed; charset=UTF-8; boundary={BOUNDARY}"


async def pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def whole(sent: bytes | AsyncIterator[bytes]) -> bytes:
    return sent if isinstance(sent, bytes) else b"".join([piece async for piece in sent])


@given(
    head=st.binary(min_size=1, max_size=200), body=st.none() | st.binary(max_size=500), chained=st.booleans(),
    size=st.integers(1, 64), answers=st.lists(st.binary(max_size=50), max_size=3), is_request=st.booleans(),
)  # fmt: skip
def test_what_is_sent_arrives_however_it_is_cut(
    head: bytes, body: bytes | None, chained: bool, size: int, answers: list[bytes], is_request: bool
) -> None:
    signature = MessageSignature(b"<s/>", b"<r/>", b"<c/>") if chained else MessageSignature(b"<s/>")
    message = Message(head, Body.of(body), signature)
    ocsp = answers if is_request else []

    async def travel() -> None:
        sent = await whole(encode(message, is_request=is_request, boundary=BOUNDARY, ocsp_responses=ocsp))
        received = await receive(
            pieces(sent, size),
            content_type=CONTENT_TYPE,
            expecting="request" if is_request else "response",
            limits=Limits(),
        )
        assert received.message == message
        assert list(received.ocsp_responses) == ocsp

    asyncio.run(travel())


@given(content=st.binary(max_size=300), start=st.sampled_from([b"", f"--{BOUNDARY}\r\n".encode()]))
def test_any_bytes_are_a_message_or_refused(content: bytes, start: bytes) -> None:
    async def travel() -> None:
        await receive(pieces(start + content, 50), content_type=CONTENT_TYPE, expecting="request", limits=Limits())

    with pytest.raises(ExchangeError):
        asyncio.run(travel())


def test_a_large_body_is_sent_in_pieces_and_arrives_whole() -> None:
    body = Body.of(bytes(range(256)) * 4096)
    message = Message(b"GET", body, MessageSignature(b"<s/>"))

    async def travel() -> Message:
        sent = encode(message, is_request=True, boundary=BOUNDARY)
        assert not isinstance(sent, bytes)
        received = await receive(sent, content_type=CONTENT_TYPE, expecting="request", limits=Limits())
        return received.message

    assert asyncio.run(travel()) == message


def test_a_fault_in_the_place_of_an_answer_is_the_peers_own() -> None:
    fault = told_fault(ProtocolError("no", code="Some.Thing"), prefix=PROVIDER_SERVER, new_detail=lambda: "d-1")

    async def travel() -> None:
        await receive(pieces(to_soap(fault), 20), content_type="text/xml", expecting="response", limits=Limits())

    with pytest.raises(PeerFault) as caught:
        asyncio.run(travel())
    assert (caught.value.told.detail, caught.value.told.message) == ("d-1", "no")


@given(content=st.binary(max_size=500), size=st.integers(1, 100), limit=st.integers(0, 500))
def test_a_body_is_read_up_to_its_limit(content: bytes, size: int, limit: int) -> None:
    async def read() -> Body | None:
        return await read_body(pieces(content, size), limit=limit)

    if len(content) > limit:
        with pytest.raises(ExchangeError, match="larger than"):
            asyncio.run(read())
    else:
        assert asyncio.run(read()) == (Body.of(content) if content else None)


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=4))
def test_ocsp_answers_are_read_as_they_were_written(answers: list[bytes]) -> None:
    content = write_parts(answers, boundary=BOUNDARY)
    assert read_parts(content, content_type=f"multipart/related; boundary={BOUNDARY}") == answers


@given(st.binary(max_size=200), st.text(max_size=60))
def test_other_ocsp_answers_are_refused(content: bytes, content_type: str) -> None:
    for kind in (content_type, CONTENT_TYPE):
        with pytest.raises(ProtocolError):
            read_parts(content, content_type=kind)


QUERY = {"queryId": ["m"], "xRoadInstance": ["EX"], "memberClass": ["GOV"], "memberCode": ["A"]}


def test_a_query_for_containers_is_understood() -> None:
    wanted = read_query(QUERY | {"subsystemCode": ["s"], "responseOnly": [""], "unique": [""], "requestId": ["r"]})
    assert (str(wanted.owner), wanted.kind, wanted.unique) == ("EX/GOV/A/s", Kind.RESPONSE, True)
    assert (wanted.query_id, wanted.request_id) == ("m", "r")
    assert read_query(QUERY).kind is None


@given(st.dictionaries(st.sampled_from([*QUERY, "subsystemCode", "requestOnly", "responseOnly"]),
                       st.lists(st.text(max_size=5), max_size=2)))  # fmt: skip
def test_any_query_is_understood_or_refused(query: dict[str, list[str]]) -> None:
    try:
        wanted = read_query(query)
    except ProtocolError:
        return
    assert wanted.query_id
    assert "\0" not in wanted.query_id


@given(st.binary(max_size=100))
def test_a_description_is_one_or_refused(content: bytes) -> None:
    try:
        told = anonymous_description(content)
    except ExchangeError:
        return
    assert yaml.safe_load(io.BytesIO(told))["servers"] == [{"url": "http://example.org/xroad-endpoint"}]


@given(st.text(max_size=50))
def test_text_of_strangers_stays_on_one_line_of_the_log(text: str) -> None:
    told = one_line(text)
    assert len(told) == len(text)
    assert len(told.splitlines()) <= 1
