"""A small state for the portal: one service, two registers, one ward; the exchange and identity are fakes."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client
from saola_blueprint.rules import MESSAGES
from saola_blueprint.schema import (
    Choice,
    Comparison,
    Competence,
    Country,
    Dated,
    DatedValue,
    Fee,
    Field,
    Form,
    FromPath,
    LegalBasis,
    Lookup,
    Prefill,
    Procedure,
    RequiredDocument,
    Result,
    Section,
    Text,
    TimeLimit,
)
from saola_exchange.client import ExchangeResponse, FakeExchange
from saola_exchange.client.fake import RecordedCall
from saola_platform.kernel import clock, trust
from saola_platform.kernel import country as countries
from saola_platform.kernel.peers import Answer, FakePeers, SentRequest
from saola_platform.kernel.signin.person import SESSION_KEY
from saola_trust.services.fakes import FakeTrust

ISSUER = "http://identity.example"
OWNER = "P000001"
CODE = "1.001"
AT = datetime(2026, 6, 1, 3, tzinfo=UTC)
PERSONS = "EX-DEMO/GOV/A1/population/persons"
MARRIAGES = "EX-DEMO/GOV/A1/population/marriages"
USAGES = "EX-DEMO/GOV/A1/population/data-usage"
DOSSIERS = "EX-DEMO/GOV/A1/onestop/dossiers"
RECORD = {"name": "Example Person", "born": "1990-05-04", "married": True, "secret": "never kept"}


def text(english: str) -> Text:
    """A text of the small country."""
    return Text.of(default_language="en", versions={"en": english})


def question(path: str, kind: str, *, lookup: str | None = None, source: str = "", **more: Any) -> Field:
    """A question, prefilled when a lookup is named."""
    ground = text("Example Act 1/2020, s. 4")
    register = {"applicant": "persons", "marriage": "marriages", "other": "persons"}
    prefill = Prefill(lookup, register[lookup], source, ground, f"procedure:{CODE}") if lookup else None
    return Field(path.split(".")[1], path, kind, text(path.split(".")[1].replace("_", " ")), prefill=prefill, **more)


SEXES = (Choice("f", text("girl")), Choice("m", text("boy")))


def make_form() -> Form:
    """Two sections; the second is longer when there is another parent."""
    ground = text("Example Act 1/2020, s. 4")
    about = Section(
        "about",
        text("About you"),
        (
            question("about.name", "text", lookup="applicant", source="name", required=True),
            question("about.number", "identifier", lookup="applicant", source="number", required=True, fixed=True),
            question("about.born", "date", lookup="applicant", source="born", required=True),
            question("about.email", "text"),
        ),
    )
    present = Comparison("child.other_known", "=", True)
    child = Section(
        "child",
        text("About the child"),
        (
            question("child.name", "text", required=True),
            question(
                "child.sex", "choice", required=True, choices=(Choice("f", text("girl")), Choice("m", text("boy")))
            ),
            question("child.weight", "integer", minimum=300, maximum=9000),
            question("child.hour", "time"),
            question("child.other_known", "yes-no", required=True),
            question("child.other_number", "identifier", lookup="marriage", source="second", show_if=present),
            question("child.other_name", "text", lookup="other", source="name", required=True, show_if=present),
        ),
    )
    lookups = (
        Lookup("applicant", "persons", ground, key=FromPath("applicant.personal_number")),
        Lookup("marriage", "marriages", ground, find=(("first", FromPath("applicant.personal_number")),)),
        Lookup("other", "persons", ground, key=FromPath("answers.child.other_number")),
    )
    return Form((about, child), lookups)


def make_procedure(folder: Path, **changes: Any) -> Procedure:
    """The service "Register a birth"."""
    procedure = Procedure(
        code=CODE,
        slug="birth",
        name=text("Register a birth"),
        summary=text("Enter a child into the register"),
        keywords={"en": ("newborn", "baby")},
        field_of_work=text("Civil status"),
        life_events=("child",),
        level="full",
        competent=Competence("ward"),
        owner="A1",
        channels=("online", "counter"),
        fees=(Fee("entry", text("Entry"), Dated((DatedValue(date(2020, 1, 1), 0, "Fee Act, s. 1"),))),),
        time_limit=Dated((DatedValue(date(2020, 1, 1), TimeLimit(0, "working-days"), "Time Act, s. 2"),)),
        documents=(
            RequiredDocument("notice", text("Notice of birth"), True, 1, ("application/pdf", "image/jpeg"), 1_000_000),
            RequiredDocument(
                "proof", text("Proof of residence"), True, 1, ("image/png",), 1_000_000, instead_of_data=("applicant",)
            ),
        ),
        legal_basis=(LegalBasis("Example Act 1/2020"),),
        results=(Result("R1", text("Birth certificate")),),
        folder=folder,
        since=date(2020, 1, 1),
        form=make_form(),
        workflow_file=folder / "workflow.bpmn",
    )
    return replace(procedure, **changes)


@pytest.fixture
def state(small_country: Country) -> Iterator[Country]:
    """The small country with a ward, a service that is online and one that is not."""
    online = make_procedure(small_country.folder)
    other = replace(
        online,
        code="1.002",
        slug="licence",
        name=text("Drive a car"),
        summary=text("Get a licence"),
        keywords={},
        life_events=(),
        documents=(),
        results=(),
        form=None,
        workflow_file=None,
        level="partial",
        partial_reason=text("You must be seen at the counter."),
    )
    ward = replace(small_country.organisations["A1.1"], level="ward")
    whole = replace(
        small_country,
        levels={"state": text("State"), "ward": text("Ward")},
        life_events={"child": text("Having a child")},
        messages={code: text(f"{{label}}: {code}") for code in MESSAGES},
        organisations={**small_country.organisations, "A1.1": ward},
        procedures={CODE: online, "1.002": other},
    )
    with countries.using(whole) as country:
        yield country


@pytest.fixture
def now() -> Iterator[datetime]:
    """The time stands still."""
    with clock.fixed(AT):
        yield AT


@pytest.fixture
def registers(fake_exchange: FakeExchange, state: Country) -> FakeExchange:
    """Registers that answer: the applicant and the other parent are known and married."""

    def person(call: RecordedCall) -> ExchangeResponse:
        key = call.path.rsplit("/", 1)[-1]
        known = {OWNER: RECORD, "P000002": {**RECORD, "name": "Other Parent"}}
        if key not in known:
            return answer(call, 404, {"title": "no such record"})
        return answer(call, 200, {"register": "persons", "key": key, "version": 1, "data": known[key]})

    del state
    fake_exchange.answers_with(method="GET", service=PERSONS, answer=person)
    item = {"key": "M1", "data": {"first": OWNER, "second": "P000002"}}
    fake_exchange.answers(method="GET", service=MARRIAGES, body={"items": [item], "total": 1})
    return fake_exchange


def answer(call: RecordedCall, status: int, body: object) -> ExchangeResponse:
    """A service's answer to a call."""
    content = json.dumps(body).encode()
    return ExchangeResponse(status, {}, content, f"EX-DEMO-{call.message_id}", f"request-{call.message_id}")


@pytest.fixture
def client(now: datetime, registers: FakeExchange, db: None) -> Client:
    """A browser in which the applicant has signed in."""
    del now, registers, db
    return signed_in_client()


def signed_in_client(*, number: str = OWNER, at: datetime = AT) -> Client:
    """A browser in which somebody has signed in."""
    browser = Client(headers={"Host": "testserver"})
    session = browser.session
    session[SESSION_KEY] = {
        "sub": f"pairwise-{number}",
        "personal_number": number,
        "name": "Example Person",
        "acr": "high",
        "signed_in_at": at.isoformat(),
        "seen_at": at.isoformat(),
    }
    session.save()
    return browser


ABOUT = {"name": "Example Person", "born_0": "4", "born_1": "5", "born_2": "1990", "email": "me@example.org"}
CHILD = {"name": "Small Child", "sex": "f", "weight": "3200", "hour": "7:05", "other_known": "no"}


def begin(client: Client) -> str:
    """A new application; its address."""
    page = client.post(f"/procedures/{CODE}/start")
    return str(page["Location"])


def fill(client: Client, address: str) -> None:
    """Answer everything and add the paper."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from .papers import PDF

    for section, answers in (("about", ABOUT), ("child", CHILD)):
        assert client.post(f"{address}sections/{section}", answers).status_code == 302
    paper = SimpleUploadedFile("notice.pdf", PDF, content_type="application/pdf")
    assert client.post(f"{address}papers/notice/add", {"file": paper}).status_code == 302
    assert client.post(f"{address}papers").status_code == 302


class FakeIdentity:
    """The signing API, and the person behind it."""

    def __init__(self, *, peers: FakePeers, fabric: FakeTrust) -> None:
        self.signer = fabric.person(number=OWNER)
        issuer = fabric.issuer_of(self.signer.certificate)
        credential = {
            "credential_id": "c1",
            "certificate": self.signer.certificate.public_bytes(Encoding.PEM).decode(),
            "chain": [issuer.public_bytes(Encoding.PEM).decode()],
        }
        self.asked: list[dict[str, Any]] = []
        self.state: dict[str, Any] = {"status": "waiting", "signature": None, "reason": None}
        peers.answers(method="GET", url=f"{ISSUER}/api/signing-credentials", body=credential)
        peers.answers_with(method="POST", url=f"{ISSUER}/api/signing-requests", answer=self._open)
        peers.answers_with(method="GET", url=f"{ISSUER}/api/signing-requests/", answer=self._state)

    def _open(self, request: SentRequest) -> Answer:
        self.asked.append(json.loads(request.body or b""))
        name = f"r{len(self.asked)}"
        return Answer(status=201, body=json.dumps({"id": name, "url": f"{ISSUER}/sign/{name}"}).encode())

    def _state(self, _: SentRequest) -> Answer:
        return Answer(status=200, body=json.dumps(self.state).encode())

    def person_signs(self) -> None:
        """The right PIN was typed."""
        key = self.signer.key
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        value = key.sign(b64decode(self.asked[-1]["hash"]), ec.ECDSA(Prehashed(SHA256())))
        self.state = {"status": "signed", "signature": b64encode(value).decode(), "reason": None}

    def person_refuses(self) -> None:
        """The person said no."""
        self.state = {"status": "refused", "signature": None, "reason": "wrong name"}


@pytest.fixture
def fabric(now: datetime) -> Iterator[FakeTrust]:
    made = FakeTrust(at=now + timedelta(seconds=5))
    with trust.using(services=made.trusted, evidence=made):
        yield made


@pytest.fixture
def identity(fake_peers: FakePeers, fabric: FakeTrust) -> FakeIdentity:
    return FakeIdentity(peers=fake_peers, fabric=fabric)


RECEIPT = b"%PDF-1.7 receipt"


def receipt(*, code: str = "A1.1-260601-0001") -> dict[str, Any]:
    """What the one-stop answers."""
    return {
        "dossier_code": code,
        "received_at": "2026-06-01T10:00:05+07:00",
        "due_at": "2026-06-01T17:00:00+07:00",
        "competent_authority": {"code": "A1.1", "name": {"en": "Ward of A"}},
        "status": "received",
        "receipt": {"media_type": "application/pdf", "content": b64encode(RECEIPT).decode()},
    }


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
