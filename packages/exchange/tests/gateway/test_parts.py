"""The parts of the gateway by themselves, with the fakes that stand beside their seams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_exchange.errors import ExchangeError
from saola_exchange.gateway.clients import LocalClients
from saola_exchange.gateway.configuration import Grant, LocalClient, LogPolicy, Service
from saola_exchange.gateway.errors import (
    AccessDenied,
    CertificateNotTrusted,
    ClientNotAuthenticated,
    NotReady,
    TooBusy,
    UnknownClient,
)
from saola_exchange.gateway.exchanging import Body, Message
from saola_exchange.gateway.listening import Turnstile
from saola_exchange.gateway.metadata import methods
from saola_exchange.gateway.recording import Exchange, Recorder
from saola_exchange.gateway.revocation import OwnStatus
from saola_exchange.gateway.rights import allowed_endpoints, require_access
from saola_exchange.gateway.services import service_headers, service_url
from saola_exchange.globalconf.parameters import Authority, OcspService
from saola_exchange.messagelog.errors import LoggingFailed, MessageTooLargeToLog
from saola_exchange.messagelog.records import Kind, Side
from saola_exchange.messagelog.writer import FakeLogWriter
from saola_exchange.protocol.identifiers import ClientId, GlobalGroupId, ServiceId
from saola_exchange.protocol.paths import EndpointPattern, canonical_path
from saola_exchange.protocol.rest import RestRequest
from saola_exchange.protocol.signature import MessageSignature

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLIENT, OTHER = ClientId.parse("EX/GOV/A/site"), ClientId.parse("EX/GOV/C/other")
GROUP = GlobalGroupId("EX", "trusted")


def service(*access: Grant, token: str | None = None) -> Service:
    identifier = ServiceId.parse("EX/GOV/B/register/persons")
    return Service(identifier, "http://inside:1/base", token, None, 5.0, access)


def request(path: str = "/records/a%20b?x=1", **headers: str) -> RestRequest:
    fields = {"X-Road-Client": str(CLIENT), "X-Road-Id": "m-1", "x-road-request-id": "r-1", **headers}
    return RestRequest("GET", f"/r1/EX/GOV/B/register/persons{path}", tuple(fields.items()))


def message(body: bytes | None) -> Message:
    return Message(b"GET", Body.of(body), MessageSignature(b"<s/>"))


def recorder(log: FakeLogWriter, **policy: Any) -> Recorder:
    return Recorder(log=log, policy=LogPolicy(**policy), clock=lambda: NOON, new_id=lambda: 7)


async def test_what_is_recorded_says_who_why_and_about_whom() -> None:
    log = FakeLogWriter()
    asked = request(**{"Saola-Purpose": "procedure:1", "Saola-Data-Subject": "000", "Saola-Dossier": "D%2F1"})
    for side, owner in ((Side.CONSUMER, "EX/GOV/A/site"), (Side.PROVIDER, "EX/GOV/B/register")):
        exchange = Exchange.of(asked, side=side, server=None)
        await recorder(log).record(exchange, kind=Kind.REQUEST, message=message(b"body"))
        record = log.records[-1]
        assert (record.owner, record.client, record.service) == (owner, str(CLIENT), "EX/GOV/B/register/persons")
        assert (record.query_id, record.request_id, record.at, record.id) == ("m-1", "r-1", NOON, 7)
        assert (record.purpose, record.data_subject, record.dossier) == ("procedure:1", "000", "D/1")
        assert (record.message.body, record.message.body_size) == (b"body", 4)


async def test_a_body_that_the_log_does_not_keep_is_refused_or_left_out_as_the_operator_says() -> None:
    log, exchange = FakeLogWriter(), Exchange.of(request(), side=Side.CONSUMER, server=None)
    with pytest.raises(MessageTooLargeToLog):
        await recorder(log, body_limit=3).record(exchange, kind=Kind.REQUEST, message=message(b"body"))
    await recorder(log, body_limit=3, oversize="omit").record(exchange, kind=Kind.REQUEST, message=message(b"body"))
    assert [(kept.message.body, kept.message.body_size) for kept in log.records] == [(None, 4)]


async def test_a_log_that_fails_fails_the_message() -> None:
    exchange = Exchange.of(request(), side=Side.CONSUMER, server=None)
    with pytest.raises(LoggingFailed):
        await recorder(FakeLogWriter(failing=True)).record(exchange, kind=Kind.REQUEST, message=message(None))


def test_a_client_proves_itself_by_its_token() -> None:
    clients = LocalClients([LocalClient(CLIENT, "right-token-of-it"), LocalClient(OTHER, None)])
    clients.authenticate(client=CLIENT, token="right-token-of-it")
    clients.authenticate(client=OTHER, token=None)
    for token in (None, "", "wrong", "right-token-of-i", "\udcff"):
        with pytest.raises(ClientNotAuthenticated):
            clients.authenticate(client=CLIENT, token=token)
    with pytest.raises(UnknownClient):
        clients.authenticate(client=ClientId.parse("EX/GOV/B/x"), token="right-token-of-it")


@given(
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    path=st.text(max_size=20),
    client=st.sampled_from([CLIENT, OTHER]),
)
def test_without_a_right_nothing_is_allowed(method: str, path: str, client: ClientId) -> None:
    for offered in (service(), service(Grant(ClientId.parse("EX/GOV/D/x"), EndpointPattern()))):
        with pytest.raises(AccessDenied):
            require_access(service=offered, client=client, method=method, path=path, is_in_group=lambda *_: False)


@given(st.text(alphabet="ab/.%2eEfF\\", max_size=12))
def test_a_right_to_one_folder_is_a_right_to_nothing_else(text: str) -> None:
    offered = service(Grant(CLIENT, EndpointPattern("GET", "/open/**")))
    try:
        path = canonical_path(f"/open/{text}")
        require_access(service=offered, client=CLIENT, method="GET", path=path, is_in_group=lambda *_: False)
        asked = request(f"/open/{text}")
    except ExchangeError:
        return
    url = service_url(service=offered, request=asked, path=path)
    # What the service gets is inside the folder, however it reads the address.
    assert url.raw_path.startswith("/base/open/")
    assert ".." not in url.path.split("/")
    assert url.path == "/base" + path


def test_a_group_gives_its_rights_to_its_members_only() -> None:
    offered = service(Grant(GROUP, EndpointPattern("GET", "/a")))
    inside = {(OTHER, GROUP)}
    assert allowed_endpoints(service=offered, client=OTHER, is_in_group=lambda *pair: pair in inside) == [("GET", "/a")]
    assert methods([offered], client=CLIENT, is_in_group=lambda *pair: pair in inside) == {"service": []}


def test_the_service_gets_the_canonical_path_the_raw_query_and_its_token() -> None:
    asked = request(**{"X-Saola-Purpose": "p"})
    offered = service(token="the-token-of-the-service")
    assert str(service_url(service=offered, request=asked, path=canonical_path(asked.path))) == (
        "http://inside:1/base/records/a%20b?x=1"
    )
    assert ("X-Saola-Gateway-Token", "the-token-of-the-service") in service_headers(service=offered, request=asked)
    assert str(service_url(service=offered, request=request(""), path="/")) == "http://inside:1/base"


def test_no_more_get_in_than_there_is_room_for() -> None:
    turnstile = Turnstile(1)
    with turnstile.passing(), pytest.raises(TooBusy), turnstile.passing():
        pytest.fail("there was room for one only")
    with pytest.raises(KeyError), turnstile.passing():
        raise KeyError
    assert turnstile.inside == 0


class FakeResponder:
    """Answers with what it is given; None: it is away."""

    def __init__(self, world: Any) -> None:
        self.world, self.away = world, False

    async def ask(self, *, urls: Sequence[str], request: bytes) -> bytes:
        from saola_trust.revocation import parse_request

        if self.away:
            raise CertificateNotTrusted("nobody answers")
        answer: bytes = self.world.ocsp_answer(parse_request(request))
        return answer


async def test_the_own_ocsp_answers_survive_a_restart_and_serve_until_they_are_too_old(
    world: Any, tmp_path: Path
) -> None:
    signer = world.party("A", "site", 2).signing
    authority = Authority(world.pki.authority.certificate, (OcspService("http://x", world.pki.ocsp.certificate),))
    now = [datetime.now(tz=UTC)]

    def status(responder: FakeResponder) -> OwnStatus:
        return OwnStatus(
            folder=tmp_path / "ocsp", certificates=(signer.certificate,), responder=responder,
            authority_of=lambda _: authority, freshness=lambda: timedelta(minutes=30), clock=lambda: now[0],
        )  # fmt: skip

    responder = FakeResponder(world)
    first = status(responder)
    assert first.missing() == ["there is no OCSP answer about the gateway's own certificate yet"]
    assert await first.refresh()
    responder.away = True
    second = status(responder)
    second.load()
    assert second.answer_for(signer.certificate) == first.answer_for(signer.certificate)
    assert not await second.refresh()
    assert second.missing() == []
    now[0] += timedelta(minutes=31)
    with pytest.raises(NotReady, match="too old"):
        second.answer_for(signer.certificate)
    third = status(responder)
    third.load()
    assert len(third.missing()) == 1


def kept_answers(folder: Path) -> list[Path]:
    return list(folder.glob("*.ocsp"))


async def test_an_own_certificate_that_was_revoked_is_not_used_on(world: Any, tmp_path: Path) -> None:
    signer = world.party("A", "site", 2).signing
    authority = Authority(world.pki.authority.certificate, (OcspService("http://x", world.pki.ocsp.certificate),))
    own = OwnStatus(
        folder=tmp_path, certificates=(signer.certificate,), responder=FakeResponder(world),
        authority_of=lambda _: authority, freshness=lambda: timedelta(hours=1), clock=lambda: datetime.now(tz=UTC),
    )  # fmt: skip
    assert await own.refresh()
    assert len(kept_answers(tmp_path)) == 1
    world.revoked.add(signer.certificate.serial_number)
    assert not await own.refresh()
    assert len(own.missing()) == 1
    assert kept_answers(tmp_path) == []
