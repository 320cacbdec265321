"""A small exchange in one process: a centre (registry, OCSP, TSA), gateways with their own databases, one service.

Everything is real, HTTP, TLS and PostgreSQL included; only the keys are made from names.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import yaml
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from saola_command.postgres import Cluster, Database, ensure_databases
from saola_exchange.gateway.assembly import Gateway
from saola_exchange.gateway.configuration import read_configuration
from saola_exchange.gateway.keys import KeyFiles, Purpose
from saola_exchange.gateway.running import running
from saola_exchange.globalconf import AnchorSource, ConfigurationView, build_anchor, build_directory
from saola_exchange.globalconf.directory import SHARED
from saola_exchange.globalconf.parameters import (
    Authority,
    CertificationService,
    GlobalGroup,
    Member,
    OcspService,
    Server,
    SharedParameters,
    Subsystem,
    TimestampingService,
)
from saola_exchange.globalconf.writing import write_shared
from saola_exchange.protocol.identifiers import ClientId, GlobalGroupId, MemberId, ServerId
from saola_trust import revocation, timestamps
from saola_trust.certificates import Issuer, Profile, issue_root
from saola_trust.keystore import FakeSigner, SoftwareSigner
from yarl import URL

INSTANCE = "EX"
PROFILE = "ee.ria.xroad.common.certificateprofile.impl.BasicCertificateProfileInfoProvider"
SOME_TIME = timedelta(days=30)


def now() -> datetime:
    return datetime.now(tz=UTC)


def name_of(common_name: str, member_class: str, code: str) -> x509.Name:
    """A subject by the Basic convention."""
    attributes = [
        (NameOID.COUNTRY_NAME, "EX"),
        (NameOID.ORGANIZATION_NAME, f"Organisation {code}"),
        (NameOID.BUSINESS_CATEGORY, member_class),
        (NameOID.SERIAL_NUMBER, code),
        (NameOID.COMMON_NAME, common_name),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


class Pki:
    """An authority of the test, and what it issues."""

    def __init__(self, name: str = "Test CA") -> None:
        seed = FakeSigner(name)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        root = issue_root(
            key=seed.key, subject=subject, serial=1, not_before=now() - SOME_TIME, not_after=now() + SOME_TIME
        )
        self.authority = SoftwareSigner(root, seed.key)
        self.issuer = Issuer(certificate=root, key=seed.key)
        self.ocsp = self.signer("Test OCSP", "ocsp")
        self.tsa = self.signer("Test TSA", "tsa")

    def signer(self, name: str, profile: Profile, subject: x509.Name | None = None) -> SoftwareSigner:
        """A key made from the name, with a certificate."""
        return FakeSigner(
            name, profile=profile, issuer=self.issuer, subject=subject,
            not_before=now() - SOME_TIME, not_after=now() + SOME_TIME,
        )  # fmt: skip


@dataclass
class Party:
    """A member with one subsystem and one gateway."""

    code: str
    subsystem: str
    address: str
    authentication: SoftwareSigner
    signing: SoftwareSigner
    folder: Path
    services: list[dict[str, Any]] = field(default_factory=list)
    limits: dict[str, Any] = field(default_factory=dict)
    token: str = ""

    @property
    def client(self) -> str:
        return f"{INSTANCE}/GOV/{self.code}/{self.subsystem}"

    @property
    def url(self) -> str:
        return f"http://{self.address}:8080"


class World:
    """The centre, and what tests turn on and off in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pki = Pki()
        self.operator = FakeSigner("Registry")
        self.network = f"127.{random.randint(10, 250)}.{random.randint(1, 250)}"
        self.centre = f"{self.network}.1"
        self.parties: dict[str, Party] = {}
        self.revoked: set[int] = set()
        self.tsa_away = self.ocsp_away = self.registry_away = False
        self.expires_in = timedelta(hours=1)
        self.group: set[ClientId] = set()
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.service_answer: Any = None
        self.centre_url = f"http://{self.centre}:8090"
        self.service_url = f"http://{self.centre}:8091/base"

    def party(self, code: str, subsystem: str, number: int) -> Party:
        """A new member; its gateway is not running yet."""
        authentication = self.pki.signer(f"{code} auth", "authentication", name_of("gateway1", "GOV", code))
        signing = self.pki.signer(f"{code} sign", "signing", name_of(code, "GOV", code))
        folder = self.folder / code
        self.parties[code] = Party(
            code, subsystem, f"{self.network}.{number}", authentication, signing, folder,
            token=secrets.token_urlsafe(24),
        )  # fmt: skip
        return self.parties[code]

    def shared(self) -> SharedParameters:
        """The configuration that the registry publishes."""
        servers, members = [], []
        for party in self.parties.values():
            member = MemberId(INSTANCE, "GOV", party.code)
            client = ClientId.parse(party.client)
            members.append(Member(member, f"Organisation {party.code}", "", (Subsystem(party.subsystem),)))
            der = party.authentication.certificate.public_bytes(Encoding.DER)
            hashes = frozenset({hashlib.sha256(der).digest()})
            identifier = ServerId(INSTANCE, "GOV", party.code, "gateway1")
            servers.append(Server(identifier, party.address, hashes, (client,)))
        ocsp = OcspService(f"{self.centre_url}/ocsp", self.pki.ocsp.certificate)
        authority = Authority(self.pki.authority.certificate, (ocsp,))
        return SharedParameters(
            instance=INSTANCE,
            certification=(CertificationService("Test CA", PROFILE, authority),),
            timestamping=(TimestampingService("Test TSA", f"{self.centre_url}/tsa", self.pki.tsa.certificate),),
            members=tuple(members),
            servers=tuple(servers),
            groups=(GlobalGroup(GlobalGroupId(INSTANCE, "trusted"), "", frozenset(self.group)),),
        )

    def view(self) -> ConfigurationView:
        """The configuration as a verifier has it."""
        files = {"instance-identifier": INSTANCE.encode(), f"{INSTANCE}/shared-params.xml": write_shared(self.shared())}
        return ConfigurationView.from_files(files)

    async def serve_centre(self, request: web.BaseRequest) -> web.StreamResponse:
        """The registry, the OCSP responder and the time-stamping authority."""
        if request.path == "/internalconf" and not self.registry_away:
            files = [(SHARED, "/conf/shared-params.xml", write_shared(self.shared()))]
            content = build_directory(
                files=files, instance=INSTANCE, expires=now() + self.expires_in, signer=self.operator,
                boundaries=("outer" + secrets.token_hex(8), "inner" + secrets.token_hex(8)),
            )  # fmt: skip
            return web.Response(body=content)
        if request.path == "/conf/shared-params.xml" and not self.registry_away:
            return web.Response(body=write_shared(self.shared()))
        if request.path == "/ocsp" and not self.ocsp_away:
            return web.Response(body=self.ocsp_answer(revocation.parse_request(await request.read())))
        if request.path == "/tsa" and not self.tsa_away:
            asked = timestamps.parse_request(await request.read())
            answer = timestamps.issue(asked, authority=self.pki.tsa, chain=[], at=now(), serial=secrets.randbits(60))
            return web.Response(body=answer)
        return web.Response(status=503)

    def ocsp_answer(self, question: revocation.Question) -> bytes:
        """What the responder says about a certificate."""
        revoked = question.serial_number in self.revoked
        status = revocation.CertificateStatus("revoked", now()) if revoked else revocation.CertificateStatus("good")
        return revocation.build_response(
            question=question, status=status, responder=self.pki.ocsp, produced_at=now(),
            next_update=now() + timedelta(hours=1),
        )  # fmt: skip

    def ocsp_about(self, certificate: x509.Certificate) -> bytes:
        """The same, about a certificate at hand."""
        question = revocation.build_request(certificate=certificate, issuer=self.pki.authority.certificate)
        return self.ocsp_answer(revocation.parse_request(question))

    async def serve_service(self, request: web.BaseRequest) -> web.StreamResponse:
        """A service that tells what it was asked, unless a test put something else in `service_answer`."""
        body = await request.content.read()  # `request.read` has a limit of its own
        self.seen.append((request.method, request.raw_path, dict(request.headers), body))
        if self.service_answer is not None:
            answer: web.StreamResponse = await self.service_answer(request)
            return answer
        told = json.dumps({"method": request.method, "path": request.raw_path, "size": len(body)}).encode()
        return web.Response(body=told, headers={"Content-Type": "application/json", "X-Own": "yes"})

    def configure(self, party: Party, database: str) -> Path:
        """Write everything a gateway finds on its disk; gives its configuration."""
        for purpose, signer in ((Purpose.AUTHENTICATION, party.authentication), (Purpose.SIGNING, party.signing)):
            files = KeyFiles.of(data=party.folder / "data", purpose=purpose)
            files.key.parent.mkdir(parents=True, exist_ok=True)
            files.key.write_bytes(signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            files.certificate.write_bytes(signer.certificate.public_bytes(Encoding.PEM))
        source = AnchorSource(f"{self.centre_url}/internalconf", (self.operator.certificate,))
        anchor = build_anchor(instance=INSTANCE, generated_at=now(), sources=[source])
        (party.folder / "anchor.xml").write_bytes(anchor)
        (party.folder / "client.token").write_text(party.token)
        (party.folder / "service.token").write_text("a-token-for-the-service")
        path = party.folder / "gateway.yaml"
        path.write_text(yaml.safe_dump(self._content(party, database)))
        return path

    def _content(self, party: Party, database: str) -> dict[str, Any]:
        return {
            "instance": INSTANCE,
            "server": {"member_class": "GOV", "member_code": party.code, "server_code": "gateway1"},
            "organisation": f"Organisation {party.code}",
            "country": "EX",
            "consumer": {"host": party.address, "port": 8080},
            "transport": {"host": party.address, "port": 5500},
            "ocsp_port": 5577,
            "administration": {"host": party.address, "port": 5566},
            "database": database,
            "data": "data",
            "anchor": "anchor.xml",
            "timestamping": {"url": f"{self.centre_url}/tsa", "interval_seconds": 3600},
            "configuration_refresh_seconds": 3600,
            "clients": [{"subsystem": party.subsystem, "token_file": "client.token"}],
            "services": party.services,
            "limits": party.limits,
        }


@asynccontextmanager
async def listening(handler: Any, host: str, port: int) -> AsyncIterator[None]:
    """A plain HTTP server for the length of the block."""
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def until_healthy(party: Party) -> None:
    """Wait until a gateway says that it can work."""
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            async with session.get(f"http://{party.address}:5566/health") as answer:
                if answer.status == 200:
                    return
                told = await answer.text()
            await asyncio.sleep(0.05)
    raise AssertionError(f"the gateway of {party.code} did not become healthy: {told}")


def new_database(cluster: Cluster) -> str:
    """The address of a fresh database."""
    database = Database(f"test_{secrets.token_hex(6)}", secrets.token_urlsafe(12))
    ensure_databases(operator_url=cluster.operator_url, databases=[database])
    return cluster.endpoint.url(user=database.name, password=database.password, database=database.name)


@dataclass
class Exchange:
    """The running exchange: A asks, B has the service, C has no rights."""

    world: World
    consumer: Party
    provider: Party
    stranger: Party
    gateways: dict[str, Gateway]
    session: aiohttp.ClientSession

    @property
    def service(self) -> str:
        return f"{self.provider.client}/persons"

    async def call(
        self, method: str, path: str, *, party: Party | None = None, **options: Any
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask as an information system does; `path` follows /r1/{service} exactly as given."""
        caller = party or self.consumer
        headers = {"X-Road-Client": caller.client, "X-Saola-Client-Token": caller.token, **options.pop("headers", {})}
        url = URL(f"{caller.url}/r1/{options.pop('service', self.service)}{path}", encoded=True)
        async with self.session.request(method, url, headers=headers, **options) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, await answer.read()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def exchange(postgres_cluster: Cluster, tmp_path_factory: Any) -> AsyncIterator[Exchange]:
    """Three gateways, running; shared by the tests of a module."""
    world = World(tmp_path_factory.mktemp("exchange"))
    consumer, provider = world.party("A", "site", 2), world.party("B", "register", 3)
    stranger = world.party("C", "other", 4)
    access = [
        {"client": consumer.client, "method": "*", "path": "/open/**"},
        {"client": consumer.client, "method": "GET", "path": "/read/*"},
        {"global_group": "trusted", "method": "GET", "path": "/group"},
    ]
    provider.services = [
        {
            "subsystem": "register", "code": "persons", "url": world.service_url, "token_file": "service.token",
            "openapi": world.service_url + "/openapi.json", "timeout": 1.0, "access": access,
        },
        {"subsystem": "register", "code": "down", "url": f"http://{world.centre}:1/", "access": access},
        {"subsystem": "register", "code": "closed", "url": world.service_url},
    ]  # fmt: skip
    world.group = {ClientId.parse(stranger.client)}
    provider.limits = {"body": 2 * 1024 * 1024}
    consumer.limits = {"body": 3 * 1024 * 1024}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(listening(world.serve_centre, world.centre, 8090))
        await stack.enter_async_context(listening(world.serve_service, world.centre, 8091))
        gateways = {}
        for party in world.parties.values():
            path = world.configure(party, new_database(postgres_cluster))
            gateways[party.code], _ = await stack.enter_async_context(running(read_configuration(path)))
        for party in world.parties.values():
            await until_healthy(party)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Exchange(world, consumer, provider, stranger, gateways, session)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A centre of one test's own, without gateways."""
    return World(tmp_path)


@pytest.fixture
def listen() -> Any:
    """Serves a handler over plain HTTP: (handler, host, port) gives a context."""
    return listening


@pytest.fixture
def databases() -> Any:
    """Makes a fresh database on a cluster, gives its address."""
    return new_database
