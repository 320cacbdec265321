"""Messages between real gateways, end to end: what goes through, what is proved, what the sides are told."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from saola_exchange.client import ExchangeClient, ExchangeRefused
from saola_exchange.evidence import verify_container
from saola_exchange.gateway.handover import read_parts, sha1_of
from saola_exchange.globalconf import ConfigurationView

pytestmark = pytest.mark.asyncio(loop_scope="module")

DECLARED = {"Saola-Purpose": "procedure:1", "Saola-Legal-Ground": quote("Art. 5 § 2"), "Saola-Data-Subject": "000123"}


async def container(exchange: Any, party: Any, message_id: str, kind: str) -> bytes:
    instance, member_class, member, subsystem = party.client.split("/")
    query = {
        "queryId": message_id, "xRoadInstance": instance, "memberClass": member_class, "memberCode": member,
        "subsystemCode": subsystem, f"{kind}Only": "", "unique": "",
    }  # fmt: skip
    headers = {"X-Saola-Client-Token": party.token}
    async with exchange.session.get(f"{party.url}/asic", params=query, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return bytes(await answer.read())


async def test_a_message_goes_through_and_its_answer_comes_home(exchange: Any) -> None:
    status, headers, body = await exchange.call("GET", "/open/a%20b?x=1&y=%C3%B8", headers={"X-Road-Id": "first"})
    assert (status, json.loads(body)) == (200, {"method": "GET", "path": "/base/open/a%20b?x=1&y=%C3%B8", "size": 0})
    assert headers["x-road-id"] == "first"
    assert headers["x-road-request-hash"]
    assert headers["x-own"] == "yes"


@pytest.mark.parametrize("size", [1, 100_000, 1_500_000])
async def test_bodies_of_any_size_arrive_whole(exchange: Any, size: int) -> None:
    content = io.BytesIO(b"x" * size)
    status, _, body = await exchange.call("POST", "/open/x", data=content, headers={"Content-Type": "text/plain"})
    assert (status, json.loads(body)["size"]) == (200, size)
    assert exchange.world.seen[-1][2]["Content-Type"] == "text/plain"


@pytest.mark.parametrize("kind", ["request", "response"])
@pytest.mark.parametrize("body", [None, b"some content"])
async def test_both_sides_can_prove_the_message(exchange: Any, kind: str, body: bytes | None) -> None:
    message_id = f"proved-{kind}-{len(body or b'')}"
    method = "POST" if body else "GET"
    status, _, _ = await exchange.call(method, "/open/x", data=body, headers={"X-Road-Id": message_id, **DECLARED})
    assert status == 200
    for party in (exchange.consumer, exchange.provider):
        report = verify_container(await container(exchange, party, message_id, kind), view=exchange.world.view())
        assert report.valid, report
        assert report.stamp is not None
        assert report.message is not None
        assert str(report.message.sender) == (exchange.consumer if kind == "request" else exchange.provider).client
        assert all(part.state == "verified" for part in report.parts if "message" in part.name or "attach" in part.name)
        if kind == "request":
            declared = report.message.declaration
            assert (declared.purpose, declared.legal_ground) == ("procedure:1", "Art. 5 § 2")
            assert declared.data_subject == "000123"


async def test_a_container_is_judged_with_the_configuration_that_the_gateway_gives(exchange: Any) -> None:
    await exchange.call("GET", "/open/x", headers={"X-Road-Id": "judged"})
    async with exchange.session.get(f"{exchange.consumer.url}/verificationconf") as answer:
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    view = ConfigurationView.from_files(files)
    assert verify_container(await container(exchange, exchange.provider, "judged", "request"), view=view).valid


async def test_only_the_subsystem_itself_gets_its_containers(exchange: Any) -> None:
    await exchange.call("GET", "/open/x", headers={"X-Road-Id": "private"})
    url = f"{exchange.consumer.url}/asic?queryId=private&xRoadInstance=EX&memberClass=GOV&memberCode=A"
    async with exchange.session.get(f"{url}&subsystemCode=site") as answer:
        assert (answer.status, (await answer.json())["type"]) == (400, "client.ssl_authentication_failed")
    headers = {"X-Saola-Client-Token": exchange.consumer.token}
    async with exchange.session.get(f"{url}&subsystemCode=other", headers=headers) as answer:
        assert (answer.status, (await answer.json())["type"]) == (400, "client.unknown_member")
    async with exchange.session.get(f"{url}&subsystemCode=site", headers=headers) as answer:
        names = zipfile.ZipFile(io.BytesIO(await answer.read())).namelist()
    assert sorted(name.partition("-re")[2].split("-")[0] for name in names) == ["quest", "sponse"]


async def test_a_repeated_message_id_asks_for_the_request_id(exchange: Any) -> None:
    request_ids = [
        (await exchange.call("GET", "/open/x", headers={"X-Road-Id": "twice"}))[1]["x-road-request-id"] for _ in "ab"
    ]
    client = ExchangeClient(
        gateway=exchange.consumer.url, client=exchange.consumer.client, token=exchange.consumer.token
    )
    with pytest.raises(ExchangeRefused, match="not_unique"):
        await asyncio.to_thread(client.evidence, message_id="twice", kind="request")
    found = await asyncio.to_thread(client.evidence, message_id="twice", kind="request", request_id=request_ids[1])
    report = verify_container(found, view=exchange.world.view())
    assert report.message is not None
    assert report.message.request_id == request_ids[1]


async def test_the_sites_client_calls_through_the_gateway(exchange: Any) -> None:
    client = ExchangeClient(
        gateway=exchange.consumer.url, client=exchange.consumer.client, token=exchange.consumer.token
    )
    answer = await asyncio.to_thread(
        client.call, method="GET", service=exchange.service, path="/open/ø", purpose="p", legal_ground="§ 5"
    )
    assert answer.json()["path"] == "/base/open/%C3%B8"
    assert answer.message_id.startswith("EX-")
    with pytest.raises(ExchangeRefused) as caught:
        await asyncio.to_thread(
            client.call, method="DELETE", service=exchange.service, path="/read/1", purpose="p", legal_ground="l"
        )
    assert caught.value.code == "server.serverproxy.access_denied"
    assert caught.value.detail


async def test_secrets_stay_where_they_belong(exchange: Any) -> None:
    headers = {"X-Saola-Gateway-Token": "forged", "X-Road-UserId": "EX1", "User-Agent": "site/1"}
    await exchange.call("GET", "/open/x", headers=headers)
    seen = exchange.world.seen[-1][2]
    assert seen["X-Saola-Gateway-Token"] == "a-token-for-the-service"
    assert "X-Saola-Client-Token" not in seen
    assert "site/1" not in seen.values()
    assert (seen["X-Road-Client"], seen["X-Road-UserId"]) == (exchange.consumer.client, "EX1")


async def test_the_answer_of_the_service_passes_unchanged(exchange: Any) -> None:
    packed = gzip.compress(b"some text")

    async def answer(_: web.BaseRequest) -> web.Response:
        headers = {"Content-Encoding": "gzip", "X-Road-Id": "forged", "Set-Cookie": "a=b"}
        return web.Response(status=418, reason="Own reason", body=packed, headers=headers)

    exchange.world.service_answer = answer
    try:
        headers = {"X-Road-Client": exchange.consumer.client, "X-Saola-Client-Token": exchange.consumer.token}
        url = f"{exchange.consumer.url}/r1/{exchange.service}/open/x"
        async with aiohttp.ClientSession(auto_decompress=False) as raw, raw.get(url, headers=headers) as got:
            assert (got.status, got.reason, await got.read()) == (418, "Own reason", packed)
            assert got.headers["Set-Cookie"] == "a=b"
            assert "forged" not in got.headers.getall("X-Road-Id")
    finally:
        exchange.world.service_answer = None


async def test_headers_in_another_encoding_do_not_break_the_answer(exchange: Any) -> None:
    async def answer(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        request.transport.write(b"HTTP/1.1 200 Bl\xf8d\r\nX-Name: bl\xf8d\r\nContent-Length: 2\r\n\r\nok")
        request.transport.close()
        return web.Response()

    exchange.world.service_answer = answer
    try:
        headers = {"X-Road-Id": "latin"}
        status, answered, body = await exchange.call("GET", "/open/x", headers=headers)
    finally:
        exchange.world.service_answer = None
    assert (status, body, answered["x-name"]) == (200, b"ok", "bl\N{REPLACEMENT CHARACTER}d")
    report = verify_container(
        await container(exchange, exchange.consumer, "latin", "response"), view=exchange.world.view()
    )
    assert report.valid


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("OPTIONS", 200), ("PUT", 200), ("DELETE", 200)])
async def test_other_methods_go_through(exchange: Any, method: str, status: int) -> None:
    assert (await exchange.call(method, "/open/x"))[0] == status
    assert exchange.world.seen[-1][0] == method


async def test_redirects_are_passed_on_and_not_followed(exchange: Any) -> None:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://elsewhere.invalid/"})

    exchange.world.service_answer = answer
    try:
        status, headers, _ = await exchange.call("GET", "/open/x", allow_redirects=False)
    finally:
        exchange.world.service_answer = None
    assert (status, headers["location"]) == (302, "http://elsewhere.invalid/")


async def test_the_services_are_listed_and_described(exchange: Any) -> None:
    async def description(request: web.BaseRequest) -> web.Response:
        assert request.headers["X-Saola-Gateway-Token"] == "a-token-for-the-service"
        assert request.headers["X-Road-Client"] == exchange.consumer.client
        return web.json_response({"openapi": "3.0.0", "servers": [{"url": "http://inside"}], "paths": {}})

    service = f"{exchange.provider.client}/listMethods"
    _, _, body = await exchange.call("GET", "", service=service, party=exchange.stranger)
    assert [item["service_code"] for item in json.loads(body)["service"]] == ["persons", "down", "closed"]
    service = f"{exchange.provider.client}/allowedMethods"
    _, _, body = await exchange.call("GET", "", service=service)
    assert [item["service_code"] for item in json.loads(body)["service"]] == ["persons", "down"]
    assert json.loads(body)["service"][0]["endpoint_list"][1] == {"method": "GET", "path": "/read/*"}
    exchange.world.service_answer = description
    try:
        service = f"{exchange.provider.client}/getOpenAPI"
        status, headers, body = await exchange.call("GET", "?serviceCode=persons", service=service)
    finally:
        exchange.world.service_answer = None
    assert (status, headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert json.loads(body)["servers"] == [{"url": "http://example.org/xroad-endpoint"}]
    status, _, body = await exchange.call("GET", "?serviceCode=closed", service=service)
    assert (status, json.loads(body)["type"]) == (500, "server.serverproxy.unknown_service")


async def test_the_members_are_listed_in_both_forms(exchange: Any) -> None:
    url = f"{exchange.consumer.url}/listClients"
    async with exchange.session.get(url, headers={"Accept": "application/json"}) as answer:
        members = (await answer.json())["member"]
    assert {"object_type": "SUBSYSTEM", "subsystem_code": "site"}.items() <= members[1]["id"].items()
    async with exchange.session.get(url) as answer:
        assert answer.content_type == "text/xml"
        assert (await answer.read()).count(b"<xrd:member>") == len(members) == 6
    async with exchange.session.get(url + "?xRoadInstance=NOWHERE", headers={"Accept": "application/json"}) as answer:
        assert await answer.json() == {"member": []}


async def test_a_gateway_hands_over_the_ocsp_answer_about_its_own_certificate_only(exchange: Any) -> None:
    certificate = exchange.provider.authentication.certificate
    url = f"http://{exchange.provider.address}:5577/?cert={sha1_of(certificate)}"
    async with exchange.session.get(url) as answer:
        parts = read_parts(await answer.read(), content_type=answer.headers["Content-Type"])
    assert len(parts) == 1
    other = f"http://{exchange.provider.address}:5577/?cert={sha1_of(exchange.consumer.authentication.certificate)}"
    async with exchange.session.get(other) as answer:
        assert answer.status == 404


async def test_messages_flow_while_no_time_stamp_can_be_had_and_catch_up_later(exchange: Any) -> None:
    exchange.world.tsa_away = True
    stamping = exchange.gateways["A"].stamping
    try:
        await stamping.stamp_waiting() if await stamping.unstamped() == 0 else None
        for _ in range(3):
            assert (await exchange.call("GET", "/open/x", headers={"X-Road-Id": "unstamped"}))[0] == 200
        async with exchange.session.get(f"http://{exchange.consumer.address}:5566/status") as answer:
            told = await answer.json()
        assert told["untimestamped"] >= 6
        assert told["messages"] >= 3
        assert re.match(r"20\d\d-", told["last"])
        await exchange.call("GET", "/open/x", headers={"X-Road-Id": "bare"})
        report = verify_container(
            await container(exchange, exchange.consumer, "bare", "request"), view=exchange.world.view()
        )
        assert report.stamp is None
    finally:
        exchange.world.tsa_away = False
    assert await stamping.stamp_waiting() >= 6
    assert await stamping.unstamped() == 0
    report = verify_container(
        await container(exchange, exchange.consumer, "bare", "request"), view=exchange.world.view()
    )
    assert report.valid
    assert report.stamp is not None
    assert report.stamp.batch


async def test_many_at_once_are_all_answered_and_logged(exchange: Any) -> None:
    before = exchange.gateways["A"].counter.exchanges
    answers = await asyncio.gather(*(exchange.call("GET", f"/open/{number}") for number in range(60)))
    assert {status for status, _, _ in answers} == {200}
    assert sorted(json.loads(body)["path"] for _, _, body in answers) == sorted(f"/base/open/{n}" for n in range(60))
    assert exchange.gateways["A"].counter.exchanges == before + 60


async def test_the_gateway_says_what_it_lacks(exchange: Any) -> None:
    following = exchange.gateways["C"].following
    exchange.world.expires_in = timedelta(seconds=-1)
    exchange.world.registry_away = True
    try:
        await following.refresh()
        async with exchange.session.get(f"http://{exchange.stranger.address}:5566/health") as answer:
            told = await answer.json()
            assert (answer.status, told["status"]) == (200, "degraded")
        assert "no new configuration since" in told["checks"]["registry"]
    finally:
        exchange.world.registry_away, exchange.world.expires_in = False, timedelta(hours=1)
        assert await following.refresh()
