"""What must not go through: forged, tampered with, not allowed, ambiguous, too large, out of date."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from saola_exchange.gateway.answers import PeerFault
from saola_exchange.gateway.exchanging import Body, Message
from saola_exchange.gateway.keys import KeyFiles, Purpose
from saola_exchange.gateway.services import FakeServices, ServiceAnswer
from saola_exchange.gateway.tls import TlsContexts
from saola_exchange.gateway.transport import Envelope
from saola_exchange.messagelog.writer import FakeLogWriter
from saola_exchange.protocol.identifiers import ClientId
from saola_exchange.protocol.rest import RestRequest
from saola_exchange.protocol.signature import MessageSignature, sign
from saola_exchange.protocol.transport import Encoder, request_headers

pytestmark = pytest.mark.asyncio(loop_scope="module")


def request_of(exchange: Any, *, client: str | None = None, path: str = "/open/x") -> RestRequest:
    headers = (("X-Road-Client", client or exchange.consumer.client), ("x-road-id", "raw"))
    return RestRequest("GET", f"/r1/{exchange.service}{path}", (*headers, ("x-road-request-id", "raw-request")))


async def send(exchange: Any, message: Message, *, by: Any = None) -> str:
    """Send a message as it is, from a gateway that does not look at it; gives the code of the fault."""
    party = by or exchange.consumer
    gateway = exchange.gateways[party.code]
    provider = ClientId.parse(exchange.provider.client)
    envelope = Envelope(message, "raw-request", None, (exchange.world.ocsp_about(party.authentication.certificate),))
    servers = gateway.following.view().servers_of(provider)
    with pytest.raises(PeerFault) as caught:
        await gateway.consumer.side.transport.exchange(servers=servers, provider=provider, envelope=envelope)
    assert caught.value.told.detail
    return str(caught.value.told.code)


def signed(exchange: Any, head: bytes, body: Body | None = None, *, by: Any = None) -> Message:
    message: Message = exchange.gateways[(by or exchange.consumer).code].consumer.side.seal.sign(head=head, body=body)
    return message


async def test_a_message_whose_head_was_changed_is_refused(exchange: Any) -> None:
    message = signed(exchange, request_of(exchange).to_bytes())
    tampered = replace(message, head=request_of(exchange, path="/open/other").to_bytes())
    assert await send(exchange, tampered) == "server.serverproxy.invalid_signature_value"


async def test_a_message_whose_body_was_exchanged_is_refused(exchange: Any) -> None:
    message = signed(exchange, request_of(exchange).to_bytes(), Body.of(b"pay 1"))
    code = await send(exchange, replace(message, body=Body.of(b"pay 9")))
    assert code.startswith("server.serverproxy.malformed_signature")


async def test_a_body_that_the_signature_does_not_cover_is_refused(exchange: Any) -> None:
    message = signed(exchange, request_of(exchange).to_bytes())
    code = await send(exchange, replace(message, body=Body.of(b"smuggled in")))
    assert code == "server.serverproxy.malformed_signature"


async def test_a_message_without_a_signature_is_refused(exchange: Any) -> None:
    message = replace(signed(exchange, request_of(exchange).to_bytes()), signature=MessageSignature(b""))
    assert await send(exchange, message) in {
        "server.serverproxy.invalid_xml",
        "server.serverproxy.malformed_signature",
        "server.serverproxy.missing_signature",
    }


async def test_a_member_cannot_sign_for_another(exchange: Any) -> None:
    message = signed(exchange, request_of(exchange).to_bytes(), by=exchange.stranger)
    assert await send(exchange, message) == "server.serverproxy.incorrect_certificate"


async def test_a_gateway_cannot_speak_for_a_client_of_another(exchange: Any) -> None:
    message = signed(exchange, request_of(exchange).to_bytes())
    code = await send(exchange, message, by=exchange.stranger)
    assert code.startswith("server.serverproxy.ssl_authentication_failed")


async def test_a_certificate_of_an_authority_that_is_not_approved_is_refused(exchange: Any) -> None:
    other = type(exchange.world.pki)("Other CA")
    subject = exchange.consumer.signing.certificate.subject
    forged = other.signer("forged", "signing", subject)
    message = signed(exchange, request_of(exchange).to_bytes())
    status, at = exchange.world.ocsp_about(forged.certificate), exchange.gateways["A"].consumer.side.seal.clock()
    (signature,) = sign(messages=[message.parts], signer=forged, ocsp_responses=[status], at=at)
    code = await send(exchange, replace(message, signature=signature))
    assert code == "server.serverproxy.invalid_cert_path.cannot_create_cert_path"


async def test_the_authentication_key_cannot_sign_messages(exchange: Any) -> None:
    message = signed(exchange, request_of(exchange).to_bytes())
    key = exchange.consumer.authentication
    status = exchange.world.ocsp_about(key.certificate)
    seal = exchange.gateways["A"].consumer.side.seal
    (signature,) = sign(messages=[message.parts], signer=key, ocsp_responses=[status], at=seal.clock())
    assert await send(exchange, replace(message, signature=signature)) == "server.serverproxy.malformed_signature"


async def test_nothing_is_allowed_that_no_right_names(exchange: Any) -> None:
    cases = [
        ("GET", "/other", exchange.consumer, "persons"),
        ("POST", "/read/1", exchange.consumer, "persons"),
        ("GET", "/read/1/2", exchange.consumer, "persons"),
        ("GET", "/open/x", exchange.stranger, "persons"),
        ("GET", "/open/x", exchange.consumer, "closed"),
        ("GET", "/group", exchange.consumer, "persons"),
    ]
    before = len(exchange.world.seen)
    for method, path, party, code in cases:
        service = f"{exchange.provider.client}/{code}"
        status, headers, body = await exchange.call(method, path, party=party, service=service)
        assert (status, json.loads(body)["type"]) == (500, "server.serverproxy.access_denied"), (method, path)
        assert headers["x-road-error"] == "server.serverproxy.access_denied"
    assert len(exchange.world.seen) == before


async def test_a_member_of_a_global_group_may_do_what_the_group_may(exchange: Any) -> None:
    assert (await exchange.call("GET", "/group", party=exchange.stranger))[0] == 200


@pytest.mark.parametrize(
    "path",
    ["/read/../other", "/open/%2e%2e/closed", "/open/..%2fclosed", "/open/a%2Fb", "/open/%5c..", "/open/%00", "/read/.",
     "/open/%c3", "/open/x%0d%0aX:1"],
)  # fmt: skip
async def test_a_path_that_could_be_read_in_two_ways_is_refused(exchange: Any, path: str) -> None:
    before = len(exchange.world.seen)
    status, _, body = await exchange.call("GET", path)
    assert status in {400, 500}
    assert json.loads(body)["type"].endswith("invalid_request")
    assert len(exchange.world.seen) == before


async def test_rights_are_judged_on_what_the_service_gets(exchange: Any) -> None:
    status, _, body = await exchange.call("GET", "/%6fpen/%61%20b")
    assert (status, json.loads(body)["path"]) == (200, "/base/open/a%20b")


async def test_who_cannot_prove_to_be_the_client_is_refused(exchange: Any) -> None:
    for headers in ({"X-Saola-Client-Token": "wrong"}, {"X-Saola-Client-Token": ""}):
        status, _, body = await exchange.call("GET", "/open/x", headers=headers)
        assert (status, json.loads(body)["type"]) == (400, "client.ssl_authentication_failed")
    headers = {"X-Road-Client": exchange.stranger.client}
    status, _, body = await exchange.call("GET", "/open/x", headers=headers)
    assert (status, json.loads(body)["type"]) == (400, "client.unknown_member")


async def test_requests_that_are_not_the_protocols_are_told_so(exchange: Any) -> None:
    cases = {
        "/r2/EX/GOV/B/register/persons": "client.invalid_protocol_version",
        "/nothing": "client.invalid_request",
        "/r1/EX/GOV/B/register": "client.invalid_request",
        "/r1/EX/GOV/NOBODY/register/persons": "client.unknown_member",
    }
    headers = {"X-Road-Client": exchange.consumer.client, "X-Saola-Client-Token": exchange.consumer.token}
    for path, code in cases.items():
        async with exchange.session.get(exchange.consumer.url + path, headers=headers) as answer:
            assert (answer.status, (await answer.json())["type"]) == (400, code)
    async with exchange.session.get(f"{exchange.consumer.url}/r1/{exchange.service}") as answer:
        assert (await answer.json())["type"] == "client.missing_header_field"


async def test_a_declaration_that_cannot_be_read_is_refused(exchange: Any) -> None:
    for value in ("%00", "%FF", "a%0Ab"):
        status, _, body = await exchange.call("GET", "/open/x", headers={"Saola-Purpose": value})
        assert (status, json.loads(body)["type"]) == (400, "client.invalid_request")


async def test_an_unknown_service_is_named(exchange: Any) -> None:
    status, _, body = await exchange.call("GET", "/x", service=f"{exchange.provider.client}/nothing")
    assert (status, json.loads(body)["type"]) == (500, "server.serverproxy.unknown_service")


async def test_a_fault_is_found_in_the_log_by_its_detail_and_told_in_xml_on_request(
    exchange: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        status, headers, body = await exchange.call("GET", "/other", headers={"Accept": "text/xml"})
    assert (status, headers["content-type"]) == (500, "text/xml; charset=utf-8")
    detail = body.decode().partition("<detail>")[2].partition("</detail>")[0]
    # The provider's line and the consumer's: the same number finds both.
    assert len([record for record in caplog.records if detail in record.getMessage()]) == 2


async def test_a_service_that_is_down_is_told_apart_from_one_that_is_slow(exchange: Any) -> None:
    status, _, body = await exchange.call("GET", "/open/x", service=f"{exchange.provider.client}/down")
    assert (status, json.loads(body)["type"]) == (500, "server.serverproxy.service_failed.network_error")

    async def slow(_: web.BaseRequest) -> web.Response:
        await asyncio.sleep(3)
        return web.Response()

    exchange.world.service_answer = slow
    try:
        status, _, body = await exchange.call("GET", "/open/x")
    finally:
        exchange.world.service_answer = None
    assert (status, json.loads(body)["type"]) == (500, "server.serverproxy.service_failed.timeout")


async def test_a_provider_that_cannot_be_reached_is_told(exchange: Any) -> None:
    world = exchange.world
    world.party("D", "gone", 9)
    following = exchange.gateways["A"].following
    assert await following.refresh()
    try:
        status, _, body = await exchange.call("GET", "/x", service="EX/GOV/D/gone/persons")
    finally:
        del world.parties["D"]
        await following.refresh()
    assert (status, json.loads(body)["type"]) == (500, "server.clientproxy.network_error")


@pytest.mark.parametrize(
    ("size", "code"), [(2_500_000, "server.serverproxy.invalid_body"), (3_500_000, "client.invalid_body")]
)
@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_beyond_the_limit_is_refused(exchange: Any, size: int, code: str, chunked: bool) -> None:
    async def pieces() -> Any:
        for _ in range(size // 100_000):
            yield b"x" * 100_000

    content = pieces() if chunked else io.BytesIO(b"x" * size)
    status, _, body = await exchange.call("POST", "/open/x", data=content)
    assert (status, json.loads(body)["type"]) == (400 if code.startswith("client") else 500, code)
    assert "larger than" in json.loads(body)["message"]


async def test_an_answer_beyond_the_limit_is_refused(exchange: Any) -> None:
    async def huge(_: web.BaseRequest) -> web.Response:
        return web.Response(body=b"x" * 2_500_000)

    exchange.world.service_answer = huge
    try:
        status, _, body = await exchange.call("GET", "/open/x")
    finally:
        exchange.world.service_answer = None
    assert (status, json.loads(body)["type"]) == (500, "server.serverproxy.service_failed.invalid_body")


async def test_an_answer_of_the_service_that_is_not_http_is_a_clear_fault(exchange: Any) -> None:
    async def odd(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        request.transport.write(b"HTTP/1.1 199 Odd\r\nX: \x01\r\n\r\n")
        request.transport.close()
        return web.Response()

    exchange.world.service_answer = odd
    try:
        status, _, body = await exchange.call("GET", "/open/x")
    finally:
        exchange.world.service_answer = None
    assert status == 500
    assert json.loads(body)["type"].startswith("server.serverproxy.service_failed")


async def test_nobody_acts_on_an_expired_configuration(exchange: Any) -> None:
    following, clock = exchange.gateways["A"].following, exchange.gateways["A"].following.clock
    following.clock = lambda: clock() + timedelta(hours=2)
    try:
        status, _, body = await exchange.call("GET", "/open/x")
        assert (status, json.loads(body)["type"]) == (500, "server.clientproxy.global_conf_outdated")
        async with exchange.session.get(f"http://{exchange.consumer.address}:5566/health") as answer:
            assert answer.status == 503
    finally:
        following.clock = clock
    provider = exchange.gateways["B"].following
    provider.clock = lambda: clock() + timedelta(hours=2)
    try:
        status, _, body = await exchange.call("GET", "/open/x")
    finally:
        provider.clock = clock
    assert (status, json.loads(body)["type"]) == (500, "server.serverproxy.global_conf_outdated")


async def test_a_message_signed_with_a_revoked_certificate_is_refused(exchange: Any) -> None:
    certificate = exchange.consumer.signing.certificate
    exchange.world.revoked.add(certificate.serial_number)
    try:
        message = signed(exchange, request_of(exchange).to_bytes())
        status = exchange.world.ocsp_about(certificate)
        seal = exchange.gateways["A"].consumer.side.seal
        (signature,) = sign(messages=[message.parts], signer=seal.signer, ocsp_responses=[status], at=seal.clock())
        code = await send(exchange, replace(message, signature=signature))
        assert code == "server.serverproxy.cert_validation"
        (signature,) = sign(messages=[message.parts], signer=seal.signer, ocsp_responses=[], at=seal.clock())
        code = await send(exchange, replace(message, signature=signature))
        assert code == "server.serverproxy.malformed_signature"
    finally:
        exchange.world.revoked.clear()


async def test_a_gateway_whose_own_certificate_is_revoked_does_not_sign_on(exchange: Any) -> None:
    own = exchange.gateways["C"].own
    exchange.world.revoked.add(exchange.stranger.signing.certificate.serial_number)
    try:
        assert not await own.refresh()
        status, _, body = await exchange.call("GET", "/group", party=exchange.stranger)
        assert (status, json.loads(body)["type"]) == (500, "server.clientproxy.cannot_create_signature")
        async with exchange.session.get(f"http://{exchange.stranger.address}:5566/health") as answer:
            assert (answer.status, (await answer.json())["status"]) == (503, "failing")
    finally:
        exchange.world.revoked.clear()
        assert await own.refresh()
    assert (await exchange.call("GET", "/group", party=exchange.stranger))[0] == 200


async def test_nothing_is_sent_to_a_gateway_that_is_not_the_registered_one(exchange: Any) -> None:
    arrived: list[bytes] = []

    async def trap(request: web.BaseRequest) -> web.Response:
        arrived.append(await request.read())
        return web.Response()

    world, files = exchange.world, KeyFiles.of(data=exchange.stranger.folder / "data", purpose=Purpose.AUTHENTICATION)
    impostor = TlsContexts(certificate=files.certificate, key=files.key)
    impostor.approve([world.pki.authority.certificate])
    party = world.party("E", "victim", 11)
    runner = web.ServerRunner(web.Server(trap), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, party.address, 5500, ssl_context=impostor.server).start()
    following = exchange.gateways["A"].following
    try:
        assert await following.refresh()
        status, _, body = await exchange.call("POST", "/x", data=b"secret", service="EX/GOV/E/victim/persons")
    finally:
        await runner.cleanup()
        del world.parties["E"]
        await following.refresh()
    assert status == 500
    assert json.loads(body)["type"].startswith("server.clientproxy")
    assert arrived == []


async def test_the_transport_port_wants_a_certificate_of_an_approved_authority(exchange: Any) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(aiohttp.ClientError):
        async with exchange.session.post(
            f"https://{exchange.provider.address}:5500/", data=b"x", ssl=context
        ) as answer:
            await answer.read()


async def test_the_transport_port_speaks_the_suites_of_xroad(exchange: Any) -> None:
    context = exchange.gateways["A"].tls.client
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    files = KeyFiles.of(data=exchange.consumer.folder / "data", purpose=Purpose.AUTHENTICATION)
    plain.load_cert_chain(files.certificate, files.key)
    plain.check_hostname, plain.verify_mode = False, ssl.CERT_NONE
    plain.maximum_version = ssl.TLSVersion.TLSv1_2
    plain.set_ciphers("ECDHE-ECDSA-AES256-SHA384")
    for chosen, expected in ((plain, ("ECDHE-ECDSA-AES256-SHA384", "TLSv1.2", 256)), (context, None)):
        reader, writer = await asyncio.open_connection(exchange.provider.address, 5500, ssl=chosen)
        cipher = writer.get_extra_info("cipher")
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"invalid_http_method" in await reader.read()
        writer.close()
        assert cipher == expected or cipher[1] == "TLSv1.3"


async def test_bytes_that_are_no_message_are_answered_with_a_fault(exchange: Any) -> None:
    way = exchange.gateways["A"]
    url = f"https://{exchange.provider.address}:5500/"
    headers = request_headers(request_id="r", content_type=None, boundary="b" * 34)
    encoder = Encoder("b" * 34)
    bodies = [b"", b"--nonsense", encoder.request_head(b"GET\r\n"), encoder.request_head(b"\xff") + b"\r\n--"]
    async with aiohttp.ClientSession() as session:
        for body in bodies:
            async with session.post(url, data=body, headers=headers, ssl=way.tls.client) as answer:
                assert answer.status == 200
                assert answer.content_type == "text/xml"
                assert b"faultcode" in await answer.read()


async def test_too_many_messages_at_once_are_refused_clearly(exchange: Any) -> None:
    turnstile = exchange.gateways["A"].consumer.turnstile
    turnstile.inside = turnstile.most
    try:
        status, _, body = await exchange.call("GET", "/open/x")
    finally:
        turnstile.inside = 0
    assert (status, json.loads(body)["type"]) == (500, "server.clientproxy.io_error")


async def test_what_cannot_be_logged_is_not_answered(exchange: Any) -> None:
    recorder = exchange.gateways["B"].provider.side.recorder
    object.__setattr__(recorder, "policy", replace(recorder.policy, body_limit=10))
    try:
        status, _, body = await exchange.call("POST", "/open/x", data=b"more than ten bytes")
        assert (status, json.loads(body)["type"]) == (500, "server.serverproxy.logging_failed")
    finally:
        object.__setattr__(recorder, "policy", replace(recorder.policy, body_limit=20_000_000))
    assert (await exchange.call("POST", "/open/x", data=b"more than ten bytes"))[0] == 200


async def test_an_internal_error_tells_nothing_but_its_number(exchange: Any, caplog: pytest.LogCaptureFixture) -> None:
    side: Any = exchange.gateways["A"].consumer.side
    broken: Callable[[], Any] = lambda: 1 / 0  # noqa: E731
    view = side.view
    object.__setattr__(side, "view", broken)
    try:
        with caplog.at_level(logging.ERROR):
            status, _, body = await exchange.call("GET", "/open/x")
    finally:
        object.__setattr__(side, "view", view)
    told = json.loads(body)
    assert (status, told["type"]) == (500, "server.clientproxy.internal_error")
    assert "division" not in body.decode()
    assert told["detail"] in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_sender_that_goes_away_is_no_internal_error(exchange: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        _, writer = await asyncio.open_connection(exchange.consumer.address, 8080)
        writer.write(
            f"POST /r1/{exchange.service}/open/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc".encode()
        )
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        for _ in range(100):
            if caplog.records:
                break
            await asyncio.sleep(0.02)
    assert "io_error" in caplog.text
    assert "internal error" not in caplog.text


async def test_nothing_is_sent_and_no_service_is_called_that_is_not_logged(exchange: Any) -> None:
    before = len(exchange.world.seen)
    cases = (
        (exchange.gateways["A"].consumer.side.recorder, "client"),
        (exchange.gateways["B"].provider.side.recorder, "server"),
    )
    for recorder, side in cases:
        log = recorder.log
        object.__setattr__(recorder, "log", FakeLogWriter(failing=True))
        try:
            status, _, body = await exchange.call("GET", "/open/x")
        finally:
            object.__setattr__(recorder, "log", log)
        assert (status, json.loads(body)["type"]) == (500, f"server.{side}proxy.logging_failed")
    assert len(exchange.world.seen) == before


async def test_a_service_that_answers_with_too_much_of_itself_is_cut(exchange: Any) -> None:
    side = exchange.gateways["B"].provider.side
    services = side.services
    headers = (
        ("Connection", "close"),
        ("X-Saola-Gateway-Token", "leaked"),
        ("X-Road-Service", "forged"),
        ("X-Kept", "1"),
    )
    fake = FakeServices(ServiceAnswer(200, "OK", headers, b"ok"))
    object.__setattr__(side, "services", fake)
    try:
        status, answered, body = await exchange.call("GET", "/open/x")
    finally:
        object.__setattr__(side, "services", services)
    assert (status, body, answered["x-kept"]) == (200, b"ok", "1")
    assert "leaked" not in answered.values()
    assert answered["x-road-service"] == exchange.service
    assert fake.calls == [("persons", "GET", "/open/x", None)]
