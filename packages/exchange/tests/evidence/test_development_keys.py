"""A whole message with the published keys of instance DEV, judged by the configuration that X-Road signed."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12
from lxml import etree
from saola_exchange.evidence import EvidenceContent, build_container, verify_container
from saola_exchange.globalconf import ConfigurationView, require_authentication
from saola_exchange.globalconf.store import INSTANCE_FILE
from saola_exchange.protocol import signature
from saola_exchange.protocol.identifiers import ClientId
from saola_exchange.protocol.parts import message_parts
from saola_exchange.protocol.rest import RestRequest, RestResponse, hash_of_request
from saola_exchange.protocol.transport import (
    BodyChunk,
    Decoder,
    Encoder,
    HashChainPart,
    HashChainResultPart,
    HeadPart,
    SignaturePart,
)
from saola_trust import timestamps
from saola_trust.certificates import load_certificate, load_private_key
from saola_trust.keystore import SoftwareSigner
from saola_trust.revocation import CertificateStatus, build_request, build_response, parse_request
from saola_trust.timestamps.asking import parse_request as parse_timestamp_request
from saola_trust.timestamps.issuing import issue

AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
CLIENT, PROVIDER = ClientId("DEV", "COM", "4321", "TestClient"), ClientId("DEV", "COM", "1234", "TestService")
BODY = b'{"greeting": "hello"}'


class Development:
    """The published keys and configuration."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "dev-pki"
        self._keys = json.loads((self._folder / "cases.json").read_text())["keys"]
        public = folder / "globalconf/public/V6/20251110170000548026000/shared-params.xml"
        self.view = ConfigurationView.from_files({INSTANCE_FILE: b"DEV", "DEV/shared-params.xml": public.read_bytes()})
        self.ca = load_certificate((self._folder / "ca/certs/ca.cert.pem").read_bytes())

    def member(self, name: str | None) -> SoftwareSigner:
        described = next(key for key in self._keys if key["member"] == name)
        data = (self._folder / described["file"]).read_bytes()
        key, _, _ = pkcs12.load_key_and_certificates(data, described["password"].encode())
        configuration = etree.fromstring((self._folder / "signer/keyconf.xml").read_bytes())
        for element in configuration.iter("key"):
            if element.findtext("keyId") == described["key_id"]:
                certificate = load_certificate(base64.b64decode(element.findtext("cert/contents") or ""))
                return SoftwareSigner(certificate, key)  # type: ignore[arg-type]
        raise LookupError(described["key_id"])

    def service(self, role: str) -> SoftwareSigner:
        certificate = load_certificate((self._folder / f"ca/certs/{role}.cert.pem").read_bytes())
        return SoftwareSigner(certificate, load_private_key((self._folder / f"ca/private/{role}.key.der").read_bytes()))

    def ocsp(self, signer: SoftwareSigner, *, revoked: bool = False) -> bytes:
        question = parse_request(build_request(certificate=signer.certificate, issuer=self.ca))
        status = CertificateStatus("revoked", AT) if revoked else CertificateStatus("good")
        return build_response(question=question, status=status, responder=self.service("ocsp"), produced_at=AT)

    def stamp(self, data: bytes) -> bytes:
        asked = timestamps.request(hashlib.sha512(data).digest(), hash_name="SHA-512")
        answer = issue(parse_timestamp_request(asked), authority=self.service("tsa"), chain=[], at=AT, serial=1)
        return timestamps.token_of(answer, asked=asked)


@pytest.fixture
def development(reference_data: Path) -> Development:
    return Development(reference_data / "xroad")


def request() -> RestRequest:
    return RestRequest.from_consumer(
        method="POST",
        target=f"/r1/{PROVIDER.encoded}/echo/path?x=1",
        headers=[("X-Road-Client", CLIENT.encoded), ("Content-Type", "application/json")],
        request_id="r-1",
        fallback_id="DEV-1",
    )


def test_a_message_travels_is_verified_and_becomes_evidence(development: Development) -> None:
    signer = development.member("DEV/COM/4321")
    head = request().to_bytes()
    parts = message_parts(head=head, body_digest=hashlib.sha512(BODY).digest())
    (made,) = signature.sign(messages=[parts], signer=signer, ocsp_responses=[development.ocsp(signer)], at=AT)
    assert made.hash_chain_result is not None
    assert made.hash_chain is not None
    sent = b"".join(
        Encoder("xtopABC").message(
            head=head,
            is_request=True,
            body=[BODY],
            signature=made.xml,
            hash_chain=(made.hash_chain_result, made.hash_chain),
        )
    )
    decoder = Decoder(content_type="multipart/mixed; boundary=xtopABC", expecting="request")
    events = [event for start in range(0, len(sent), 100) for event in decoder.feed(sent[start : start + 100])]
    events += decoder.close()
    received = {type(event): event for event in events}
    body = b"".join(event.data for event in events if isinstance(event, BodyChunk))
    arrived = signature.MessageSignature(
        received[SignaturePart].xml,  # type: ignore[union-attr]
        received[HashChainResultPart].xml,  # type: ignore[union-attr]
        received[HashChainPart].xml,  # type: ignore[union-attr]
    )
    arrived_head = received[HeadPart].data  # type: ignore[union-attr]
    again = message_parts(head=arrived_head, body_digest=hashlib.sha512(body).digest())
    assert signature.verify(arrived, parts=again).certificate == signer.certificate
    token = development.stamp(signature.stamped_value(arrived.xml))
    kept = dataclasses.replace(arrived, xml=signature.add_timestamp(arrived.xml, token=token))
    container = build_container(EvidenceContent(arrived_head, kept, body), at=AT)
    report = verify_container(container, view=development.view)
    assert (report.verdict, report.code, report.detail) == ("valid", None, None)
    assert report.signer is not None
    assert report.signer.member == "DEV/COM/4321"


@pytest.mark.parametrize(("member", "revoked", "code"), [
    ("DEV/COM/1234", False, None),
    ("DEV/COM/4321", False, "incorrect_certificate"),
    ("DEV/COM/1234", True, "cert_validation"),
])  # fmt: skip
def test_a_response_counts_when_its_provider_signed_it_and_was_not_revoked(
    development: Development, member: str, revoked: bool, code: str | None
) -> None:
    asked = request()
    value = hash_of_request(head=asked.to_bytes(), body_digest=hashlib.sha512(BODY).digest())
    head = RestResponse.answering(request=asked, request_hash=value, status=200, reason="OK", headers=[]).to_bytes()
    signer = development.member(member)
    responses = [development.ocsp(signer, revoked=revoked)]
    parts = message_parts(head=head, body_digest=None)
    (made,) = signature.sign(messages=[parts], signer=signer, ocsp_responses=responses, at=AT)
    token = development.stamp(signature.stamped_value(made.xml))
    kept = dataclasses.replace(made, xml=signature.add_timestamp(made.xml, token=token))
    report = verify_container(build_container(EvidenceContent(head, kept), at=AT), view=development.view)
    assert report.code == code


def test_the_published_gateway_authenticates_for_its_clients(development: Development) -> None:
    gateway = development.member(None)
    server = require_authentication(
        development.view,
        certificate=gateway.certificate,
        intermediates=[],
        ocsp_responses=[development.ocsp(gateway)],
        client=PROVIDER,
        at=AT,
    )
    assert str(server.id) == "DEV/COM/1234/SS0"
