"""Signatures: prepared here, signed elsewhere, assembled here, provable."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import typst
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import translation
from saola_platform.errors import SignatureFailed, SignatureUnknown
from saola_platform.kernel import clock, seal, tasks, trust
from saola_platform.kernel.models import AuditEntry, PendingDocument, PendingSignature
from saola_platform.kernel.peers import Answer, FakePeers, SentRequest
from saola_platform.kernel.signin import SignedInPerson
from saola_platform.kernel.signing import ToSign, finish_signature, start_signature
from saola_trust import pdf
from saola_trust.containers import validate
from saola_trust.errors import ServiceUnavailable
from saola_trust.services.client import Credential
from saola_trust.services.fakes import FakeTrust

pytestmark = pytest.mark.django_db

ISSUER = "http://identity.example"
DOCUMENTS = [
    ToSign("application.json", "application/json", b'{"format": "saola-application/1"}'),
    ToSign("attachments/a1-paper.pdf", "application/pdf", b"%PDF-1.7 example"),
]
PERSON = SignedInPerson(
    sub="pairwise-1",
    personal_number="000000000001",
    name="Example Person",
    acr="high",
    signed_in_at="2026-06-01T07:50:00+00:00",
    seen_at="2026-06-01T07:50:00+00:00",
)


class FakeIdentity:
    """The signing API, and the person behind it."""

    def __init__(self, *, peers: FakePeers, fabric: FakeTrust) -> None:
        self.signer = fabric.person(number="000000000001")
        issuer = fabric.issuer_of(self.signer.certificate)
        self.credential = {
            "credential_id": "c1",
            "certificate": self.signer.certificate.public_bytes(Encoding.PEM).decode(),
            "chain": [issuer.public_bytes(Encoding.PEM).decode()],
        }
        self.issuer, self.address = ISSUER, "sign/r1"
        self.asked: dict[str, Any] = {}
        self.state: dict[str, Any] = {"status": "waiting", "signature": None, "reason": None}
        peers.answers(method="GET", url=f"{ISSUER}/api/signing-credentials", body=self.credential)
        peers.answers_with(method="POST", url=f"{ISSUER}/api/signing-requests", answer=self._open)
        peers.answers_with(method="GET", url=f"{ISSUER}/api/signing-requests/r1", answer=self._state)

    def _open(self, request: SentRequest) -> Answer:
        self.asked = json.loads(request.body or b"")
        answer = {"id": "r1", "url": f"{self.issuer}/{self.address}", "credential": self.credential}
        return Answer(status=201, body=json.dumps(answer).encode())

    def _state(self, _: SentRequest) -> Answer:
        return Answer(status=200, body=json.dumps(self.state).encode())

    def person_signs(self) -> None:
        """The right PIN was typed."""
        key = self.signer.key
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        value = key.sign(b64decode(self.asked["hash"]), ec.ECDSA(Prehashed(SHA256())))
        self.state = {"status": "signed", "signature": b64encode(value).decode(), "reason": None}


@pytest.fixture
def fabric() -> Iterator[FakeTrust]:
    made = FakeTrust()
    with trust.using(services=made.trusted, evidence=made), clock.fixed(made.at - timedelta(seconds=5)):
        yield made


@pytest.fixture
def identity(fake_peers: FakePeers, fabric: FakeTrust) -> FakeIdentity:
    return FakeIdentity(peers=fake_peers, fabric=fabric)


def started() -> Any:
    """A signature over the two documents."""
    return start_signature(
        person=PERSON,
        form="container",
        documents=DOCUMENTS,
        title="Application: example",
        return_url="http://testserver/back",
        reference="draft-1",
    )


def test_the_person_is_shown_what_they_sign(identity: FakeIdentity) -> None:
    assert started().url.partition("?")[0] == f"{ISSUER}/sign/r1"
    assert identity.asked["title"] == "Application: example"
    assert [document["name"] for document in identity.asked["documents"]] == [one.name for one in DOCUMENTS]
    shown = b64decode(identity.asked["documents"][1]["sha256"])
    assert shown == hashlib.sha256(DOCUMENTS[1].content).digest()
    assert identity.asked["sub"] == "pairwise-1"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("address", "joined"), [("sign/r1", "sign/r1?"), ("sign?id=r1", "sign?id=r1&")])
def test_the_signing_page_is_asked_to_speak_the_language_of_this_page(
    identity: FakeIdentity, language: str, address: str, joined: str
) -> None:
    identity.address = address
    with translation.override(language):
        assert started().url == f"{ISSUER}/{joined}ui_locales={language}"


def test_an_address_that_is_none_is_refused(identity: FakeIdentity) -> None:
    identity.issuer = "http://["
    with pytest.raises(SignatureFailed, match="no address"):
        started()


def test_every_call_to_the_identity_provider_authenticates_this_site(
    identity: FakeIdentity, fake_peers: FakePeers
) -> None:
    started()
    expected = "Basic " + b64encode(b"portal:s3cret").decode()
    assert {request.headers["Authorization"] for request in fake_peers.sent} == {expected}


def test_a_signed_container_proves_itself(identity: FakeIdentity, fabric: FakeTrust) -> None:
    begun = started()
    identity.person_signs()
    outcome = finish_signature(id=begun.id, person=PERSON)
    assert (outcome.status, outcome.reference) == ("signed", "draft-1")
    assert outcome.content is not None
    report = validate(outcome.content, trusted=fabric.trusted, at=fabric.at + timedelta(days=1))
    assert report.verdict == "valid"
    assert list(report.documents) == [one.name for one in DOCUMENTS]


def test_coming_back_twice_gives_the_same_container_and_keeps_no_documents(identity: FakeIdentity) -> None:
    begun = started()
    identity.person_signs()
    first, second = (finish_signature(id=begun.id, person=PERSON) for _ in range(2))
    assert first == second
    assert PendingDocument.objects.count() == 0
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "signature-started",
        "signature-signed",
    ]


def test_before_the_person_signs_it_waits(identity: FakeIdentity) -> None:
    outcome = finish_signature(id=started().id, person=PERSON)
    assert (outcome.status, outcome.content) == ("waiting", None)


def test_a_refusal_comes_with_its_reason(identity: FakeIdentity) -> None:
    begun = started()
    identity.state = {"status": "refused", "signature": None, "reason": "not what I wanted"}
    outcome = finish_signature(id=begun.id, person=PERSON)
    assert (outcome.status, outcome.content, outcome.reason) == ("refused", None, "not what I wanted")


def test_another_persons_signature_is_not_there(identity: FakeIdentity) -> None:
    begun = started()
    identity.person_signs()
    with pytest.raises(SignatureUnknown):
        finish_signature(id=begun.id, person=replace(PERSON, personal_number="000000000002"))
    with pytest.raises(SignatureUnknown):
        finish_signature(id=uuid4(), person=PERSON)


def test_a_value_over_something_else_is_refused(identity: FakeIdentity) -> None:
    begun = started()
    identity.asked["hash"] = b64encode(hashlib.sha256(b"something else").digest()).decode()
    identity.person_signs()
    with pytest.raises(SignatureFailed):
        finish_signature(id=begun.id, person=PERSON)
    assert PendingSignature.objects.get().status == "waiting"


def test_when_the_time_stamps_are_down_the_signature_is_completed_later(
    identity: FakeIdentity, fabric: FakeTrust
) -> None:
    class Down:
        def timestamp(self, digest: bytes) -> bytes:
            raise ServiceUnavailable("down")

        def ocsp(self, certificate: Any, issuer: Any) -> bytes:
            raise ServiceUnavailable("down")

    begun = started()
    identity.person_signs()
    with trust.using(services=fabric.trusted, evidence=Down()), pytest.raises(SignatureFailed) as failure:
        finish_signature(id=begun.id, person=PERSON)
    assert failure.value.retry
    assert finish_signature(id=begun.id, person=PERSON).status == "signed"


@pytest.mark.parametrize(
    "state", [{}, {"status": "strange"}, {"status": "signed"}, {"status": "signed", "signature": "%%"}]
)
def test_an_answer_that_says_nothing_clear_is_refused(identity: FakeIdentity, state: dict[str, Any]) -> None:
    begun = started()
    identity.state = state
    with pytest.raises(SignatureFailed):
        finish_signature(id=begun.id, person=PERSON)


def test_a_person_without_a_certificate_cannot_sign(identity: FakeIdentity, fake_peers: FakePeers) -> None:
    fake_peers.answers(
        method="GET", url=f"{ISSUER}/api/signing-credentials", status=404, body={"detail": "no credential"}
    )
    with pytest.raises(SignatureFailed, match="no credential"):
        started()
    assert PendingSignature.objects.count() == 0


def test_signatures_that_are_over_are_removed_after_a_day(identity: FakeIdentity, fabric: FakeTrust) -> None:
    started()
    tasks.tidy(timestamp=0)
    assert PendingSignature.objects.count() == 1
    with clock.fixed(fabric.at + timedelta(days=2)):
        tasks.tidy(timestamp=0)
    assert PendingSignature.objects.count() == 0


@pytest.fixture(scope="session")
def example_pdf() -> bytes:
    """A PDF of one page."""
    return bytes(typst.compile(b"= Example"))


def sign_pdf(identity: FakeIdentity, content: bytes) -> bytes:
    """The PDF with the person's signature."""
    begun = start_signature(
        person=PERSON,
        form="pdf",
        documents=[ToSign("certificate.pdf", "application/pdf", content)],
        title="Certificate",
        return_url="http://testserver/back",
        kind="official",
    )
    identity.person_signs()
    signed = finish_signature(id=begun.id, person=PERSON).content
    assert signed is not None
    return signed


def test_a_signed_pdf_proves_itself(identity: FakeIdentity, fabric: FakeTrust, example_pdf: bytes) -> None:
    signed = sign_pdf(identity, example_pdf)
    report = pdf.validate(signed, trusted=fabric.trusted, at=fabric.at + timedelta(days=1))
    assert report.verdict == "valid"
    assert [signature.level for signature in report.signatures] == ["LT"]
    assert identity.asked["kind"] == "official"


def test_pdfs_are_signed_one_at_a_time(identity: FakeIdentity) -> None:
    with pytest.raises(SignatureFailed, match="alone"):
        start_signature(person=PERSON, form="pdf", documents=DOCUMENTS, title="t", return_url="http://testserver/")


def test_what_is_no_pdf_is_not_signed_as_one(identity: FakeIdentity) -> None:
    with pytest.raises(SignatureFailed):
        sign_pdf(identity, b"no pdf at all")
    assert identity.asked == {}


class FakeSeal:
    """The signer service with one organisation's seal."""

    def __init__(self, fabric: FakeTrust, *, status: str = "active") -> None:
        self.signer = fabric.seal()
        chain = (fabric.issuer_of(self.signer.certificate),)
        self.credential = Credential("s1", "seal", self.signer.certificate, chain, status)

    def of(self, *, owner: str) -> tuple[Credential, ...]:
        """Only one organisation has one."""
        return (self.credential,) if owner == "H26" else ()

    def seal(self, *, credential_id: str, hashes: Any) -> list[bytes]:
        """Values over the digests."""
        key = self.signer.key
        assert credential_id == "s1"
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return [key.sign(digest, ec.ECDSA(Prehashed(SHA256()))) for digest in hashes]


def test_a_seal_follows_the_officials_signature(identity: FakeIdentity, fabric: FakeTrust, example_pdf: bytes) -> None:
    signed = sign_pdf(identity, example_pdf)
    with seal.using(FakeSeal(fabric), owner="H26"):
        sealed = seal.seal_pdf(content=signed, reason="issued")
    report = pdf.validate(sealed, trusted=fabric.trusted, at=fabric.at + timedelta(days=1))
    assert report.verdict == "valid"
    assert len(report.signatures) == 2


@pytest.mark.parametrize(("owner", "status"), [("G01", "active"), ("H26", "revoked")])
def test_without_an_active_seal_nothing_is_sealed(
    fabric: FakeTrust, example_pdf: bytes, owner: str, status: str
) -> None:
    with seal.using(FakeSeal(fabric, status=status), owner=owner), pytest.raises(SignatureFailed, match="no active"):
        seal.seal_pdf(content=example_pdf)
