"""A small world for tests of cases: two countries' birth procedures, other organisations that answer, a portal."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from saola_blueprint import Country, load_country
from saola_exchange.client import ExchangeResponse, ExchangeUnavailable, FakeExchange, RecordedCall
from saola_platform.cases import delivery, running, verification
from saola_platform.cases.models import Dossier, Event, Official, Step
from saola_platform.cases.operations import sealing
from saola_platform.kernel import country as countries
from saola_platform.kernel import exchange

ROOT = Path(__file__).parents[4]
PORTAL = "XX-DEMO/GOV/G22/portal"
MOTHER, OFFICER, LEADER, OTHER = "000195000101", "000185000201", "000180000202", "000190000203"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)


def answers(**changes: Any) -> dict[str, Any]:
    """The answers of a mother whose child was born two weeks ago."""
    return {
        "requester.relationship": "mother",
        "requester.full_name": "Ann Example",
        "requester.personal_number": MOTHER,
        "requester.residence": "First Ward",
        "child.situation": "ordinary",
        "child.full_name": "Bea Example",
        "child.sex": "female",
        "child.birth_date": "2026-11-10",
        "child.birth_place": "Demonstration hospital",
        "child.ethnicity": "01",
        "child.nationality": "VN",
        "child.hometown": "First City",
        "mother.known": True,
        "mother.full_name": "Ann Example",
        "mother.personal_number": MOTHER,
        "mother.birth_date": "1995-03-12",
        "mother.ethnicity": "01",
        "mother.nationality": "VN",
        "mother.residence": "First Ward",
        "father.known": False,
        "result.truthful": True,
        **{key.replace("__", "."): value for key, value in changes.items()},
    }


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A container for the fake verifier; the same files give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def paper(kind: str, content: bytes = b"%PDF-1.4 a paper") -> tuple[dict[str, Any], bytes]:
    """An attachment as the application names it, and its bytes."""
    path = f"attachments/{kind}-paper.pdf"
    entry = {"id": kind, "name": "paper.pdf", "path": path, "media_type": "application/pdf", "size": len(content)}
    return {**entry, "sha256": hashlib.sha256(content).hexdigest()}, content


def application(
    *,
    submission: uuid.UUID,
    destination: str,
    procedure: str = "1.001193",
    given: dict[str, Any] | None = None,
    **more: Any,
) -> bytes:
    """An application container; `more` replaces entries of application.json."""
    entry, content = paper("birth-notice")
    data = {
        "format": "saola-application/1",
        "submission_id": str(submission),
        "procedure": procedure,
        "language": "en",
        "applicant": {"personal_number": MOTHER, "full_name": "Ann Example"},
        "destination": destination,
        "answers": given if given is not None else answers(),
        "prefilled": [
            {
                "field": "requester.full_name",
                "register": "persons",
                "organisation": "G01",
                "message_id": "XX-DEMO-read-1",
                "read_at": "2026-11-23T08:50:00+07:00",
                "value": "Ann Example",
                "changed": False,
            },
            {
                "field": "requester.residence",
                "register": "persons",
                "organisation": "G01",
                "message_id": "XX-DEMO-read-1",
                "read_at": "2026-11-23T08:50:00+07:00",
                "value": "Second Ward",
                "changed": True,
            },
        ],
        "attachments": [entry],
        "submitted_at": "2026-11-23T08:55:00+07:00",
        **more,
    }
    signer = {"number": MOTHER, "name": "Ann Example"}
    return zipped({
        "application.json": json.dumps(data).encode(),
        entry["path"]: content,
        "signer.json": json.dumps(signer).encode(),
    })  # fmt: skip


def completion(*, dossier: Dossier, key: uuid.UUID, given: dict[str, Any] | None = None, signer: str = MOTHER) -> bytes:
    """A completion container with one more paper."""
    entry, content = paper("residence-proof", b"%PDF-1.4 a better paper")
    data = {
        "format": "saola-completion/1",
        "completion_id": str(key),
        "dossier_code": dossier.code,
        "submission_id": str(dossier.submission_id),
        "answers": given or {},
        "message": "Here it is.",
        "attachments": [entry],
        "submitted_at": "2026-11-23T10:00:00+07:00",
    }
    files = {"completion.json": json.dumps(data).encode(), entry["path"]: content}
    return zipped({**files, "signer.json": json.dumps({"number": signer, "name": "Somebody"}).encode()})


@dataclass
class Peers:
    """The registers and the portal, as they answer over the exchange: idempotent, and sometimes not there."""

    exchange: FakeExchange
    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    by_key: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)

    def call(self, **arguments: Any) -> ExchangeResponse:
        """Answer one call, as `saola_exchange.client.Exchange.call`."""
        arguments.setdefault("query", {})
        arguments.setdefault("data_subject", None)
        names = ("method", "service", "path", "query", "body", "content_type", "purpose", "legal_ground")
        more = ("data_subject", "dossier", "idempotency_key", "user_id")
        call = RecordedCall(
            **{name: arguments.get(name) for name in (*names, *more)},  # type: ignore[arg-type]
            message_id=f"m-{len(self.exchange.calls)}",
        )
        self.exchange.calls.append(call)
        service = call.service.rpartition("/")[2]
        if service in self.down:
            raise ExchangeUnavailable(code="server.timeout", message=f"{service} does not answer")
        status, body = self._portal(call) if service == "dossier-events" else self._register(service, call)
        return ExchangeResponse(status, {}, json.dumps(body).encode(), call.message_id, "r-1")

    def evidence(self, *, message_id: str, kind: str, request_id: str | None = None) -> bytes:
        """No evidence here."""
        raise AssertionError(f"no evidence of {message_id} {kind} {request_id}")

    def _portal(self, call: RecordedCall) -> tuple[int, dict[str, Any]]:
        body = call.json()
        if call.path == "/results":
            content = base64.b64decode(body["content"])
            assert hashlib.sha256(content).hexdigest() == body["sha256"]
            self.results[body["result_id"]] = body
        elif body["event_id"] not in {one["event_id"] for one in self.events}:
            self.events.append(body)
        return 201, {"status": "ok"}

    def _register(self, register: str, call: RecordedCall) -> tuple[int, dict[str, Any]]:
        kept = self.records.setdefault(register, {})
        if call.method == "GET":
            return 200, kept[call.path.rpartition("/")[2]]
        data = call.json()["data"]
        if call.method == "PUT":
            record = kept[call.path.rpartition("/")[2]]
            record.update(data=data, version=record["version"] + 1)
            return 200, record
        key = f"{register}:{call.idempotency_key}"
        if key in self.by_key:
            earlier, record = self.by_key[key]
            return (200, record) if earlier == data else (409, {"title": "Conflict", "detail": "other data"})
        number = f"{register[0].upper()}-{len(kept) + 1}"
        record = {
            "register": register,
            "key": number,
            "version": 1,
            "recorded_at": "2026-11-23T00:00:00Z",
            "data": data,
        }
        kept[number] = record
        self.by_key[key] = (data, record)
        return 201, record


@dataclass
class OneStop:
    """What a test of the one-stop has at hand."""

    country: Country
    organisation: str
    officer: Official
    leader: Official
    peers: Peers
    sealer: sealing.FakeSealer


@cache
def loaded(name: str) -> Country:
    """A country of this checkout, once."""
    return load_country(ROOT / "countries" / name)


@contextmanager
def one_stop_of(*, country: str, using_site: Any, folder: Path) -> Iterator[OneStop]:
    """The one-stop of the first organisation that may decide births, with fakes at every seam."""
    declared = loaded(country)
    birth = declared.procedure_in("birth-registration")
    assert birth is not None
    organisation = declared.organisations_at(birth.competent.level)[0].code
    using_site(site="onestop", data=folder, country=declared.folder, organisation=organisation)
    peers, sealer = Peers(FakeExchange()), sealing.FakeSealer()
    officer, leader = staff(organisation)
    with (
        countries.using(declared),
        exchange.using(peers),
        sealing.using(sealer),
        verification.using(verification.FakeVerifier()),
    ):
        yield OneStop(declared, organisation, officer, leader, peers, sealer)


def staff(organisation: str) -> tuple[Official, Official]:
    """A civil-status officer and a leader of an organisation."""
    make = Official.objects.create
    officer = make(
        personal_number=OFFICER, name="An Officer", organisation=organisation, roles=["civil-status-officer"],
        title={"en": "Civil-status officer"},
    )  # fmt: skip
    leader = make(
        personal_number=LEADER, name="A Leader", organisation=organisation, roles=["leader"], title={"en": "Vice-chair"}
    )
    return officer, leader


def work(*, at: datetime) -> None:
    """Do what the worker would do, until nothing is left."""
    while (step := Step.objects.filter(kind="service", closed_at__isnull=True).first()) is not None:
        running.run_operation(step=step.pk, at=at)
    for dossier in Event.objects.filter(delivered_at__isnull=True).values_list("dossier_id", flat=True).distinct():
        delivery.deliver(dossier=dossier, at=at)


def minutes(count: int) -> Iterator[datetime]:
    """Moments of the same morning, a minute apart."""
    return (MORNING + timedelta(minutes=one) for one in range(count))
