"""The leader's signature: out to the identity provider, back into the decision, a PDF with a real signature."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client
from saola_platform.cases import queries
from saola_platform.cases.models import Decision, Dossier
from saola_platform.kernel import trust
from saola_platform.kernel.peers import Answer, FakePeers, SentRequest
from saola_trust import pdf
from saola_trust.services.fakes import FakeTrust

from .desk import NOW, Desk

ISSUER = "http://identity.example"


class Identity:
    """The identity provider's signing API, and the leader behind it."""

    def __init__(self, *, peers: FakePeers, fabric: FakeTrust, number: str) -> None:
        self.signer = fabric.person(name="A Leader", number=number)
        issuer = fabric.issuer_of(self.signer.certificate)
        self.asked: dict[str, Any] = {}
        self.state: dict[str, Any] = {"status": "waiting", "signature": None, "reason": None}
        credential = {
            "credential_id": "c1",
            "certificate": self.signer.certificate.public_bytes(Encoding.PEM).decode(),
            "chain": [issuer.public_bytes(Encoding.PEM).decode()],
        }
        peers.answers(method="GET", url=f"{ISSUER}/api/signing-credentials", body=credential)
        peers.answers_with(method="POST", url=f"{ISSUER}/api/signing-requests", answer=self._open)
        peers.answers_with(method="GET", url=f"{ISSUER}/api/signing-requests/", answer=self._state)

    def _open(self, request: SentRequest) -> Answer:
        self.asked = json.loads(request.body or b"")
        return Answer(status=201, body=json.dumps({"id": "r1", "url": f"{ISSUER}/sign/r1"}).encode())

    def _state(self, _: SentRequest) -> Answer:
        return Answer(status=200, body=json.dumps(self.state).encode())

    def leader_signs(self) -> None:
        """The right PIN was typed."""
        key = self.signer.key
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        value = key.sign(b64decode(self.asked["hash"]), ec.ECDSA(Prehashed(SHA256())))
        self.state = {"status": "signed", "signature": b64encode(value).decode(), "reason": None}


@pytest.fixture
def fabric() -> Iterator[FakeTrust]:
    """Trust services of the moment at which the desk's clock stands."""
    found = FakeTrust(at=NOW.astimezone(UTC))
    with trust.using(services=found.trusted, evidence=found):
        yield found


@pytest.fixture
def identity(desk: Desk, fabric: FakeTrust, fake_peers: FakePeers) -> Identity:
    """The leader has been sent to sign the certificate."""
    found = Identity(peers=fake_peers, fabric=fabric, number=desk.onestop.leader.personal_number)
    desk.send(desk.officer, "grant")
    desk.work()
    answer = desk.send(desk.leader, "approve")
    assert (answer.status_code, answer["Location"]) == (302, f"{ISSUER}/sign/r1?ui_locales=en")
    return found


def back(client: Client) -> str:
    """The browser comes back from signing."""
    return client.get("/signed?signing_request=r1", follow=True).content.decode()


def test_what_the_leader_signs_is_the_decision(desk: Desk, identity: Identity, fabric: FakeTrust) -> None:
    assert identity.asked["kind"] == "official"
    assert identity.asked["return_url"] == "http://testserver/signed"
    assert desk.dossier.code in identity.asked["title"]
    identity.leader_signs()
    assert "You signed the document" in back(desk.leader)
    document, content = queries.kept_document(dossier=desk.dossier, name="certificate")
    assert document.form == "signed"
    report = pdf.validate(content, trusted=fabric.trusted, at=NOW.astimezone(UTC))
    assert report.valid
    desk.work()
    assert desk.dossier.status == Dossier.Status.GRANTED


def test_coming_back_twice_decides_once(desk: Desk, identity: Identity) -> None:
    identity.leader_signs()
    back(desk.leader)
    back(desk.leader)
    assert Decision.objects.filter(outcome="approve").count() == 1
    assert desk.dossier.documents.filter(form="signed").count() == 1


def test_a_leader_who_does_not_sign_has_decided_nothing(desk: Desk, identity: Identity) -> None:
    identity.state = {"status": "refused", "signature": None, "reason": "The name is wrong."}
    page = back(desk.leader)
    assert "You did not sign" in page
    assert "The name is wrong." in page
    assert not Decision.objects.filter(outcome="approve").exists()


def test_a_signature_that_comes_too_late_is_not_used(desk: Desk, identity: Identity) -> None:
    identity.leader_signs()
    desk.send(desk.leader, "return", reason="On second thoughts.")
    assert "Your signature was not used" in back(desk.leader)
    assert not desk.dossier.documents.filter(form="signed").exists()


def test_somebody_elses_signature_request_is_not_known(desk: Desk, identity: Identity) -> None:
    identity.leader_signs()
    assert "not known here" in back(desk.officer)
    assert not Decision.objects.filter(outcome="approve").exists()
