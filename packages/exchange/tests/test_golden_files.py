"""What the exchange signs and sends, byte for byte as reviewed: heads, signatures, chains, multipart, evidence."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from saola_exchange.evidence import BatchTimestamp, EvidenceContent, build_container
from saola_exchange.globalconf.fakes import FakeInstance
from saola_exchange.messagelog.stamping import batch_of
from saola_exchange.protocol import hashchain, signature
from saola_exchange.protocol.declaration import Declaration
from saola_exchange.protocol.parts import Part, message_parts
from saola_exchange.protocol.rest import RestRequest, RestResponse, hash_of_request
from saola_exchange.protocol.signature import MessageSignature
from saola_exchange.protocol.transport import Encoder
from saola_trust.certificates import SignatureAlgorithm, issue_root
from saola_trust.keystore import Signer, SoftwareSigner

Golden = Callable[[str, bytes], None]
INSTANCE = FakeInstance()
AT = INSTANCE.at.replace(microsecond=123000)
CLIENT, PROVIDER = (INSTANCE.signer(client.member) for client in (INSTANCE.consumer, INSTANCE.provider))
# The two primes of an RSA key that is for this test only: it signs nothing else anywhere.
TEST_P = (
    "f27ed8ce140a2673e382a5f3d89562bdb221e254beae4cef91f176778fcc1e81be76ed829952ec94bbd31ae979924b49b3be"
    "f93e97f9008a61b8ce82720a7bf72515b3635b5491cd98a35bec836cddc2b6d0d251c164401238bca8c076401ec216d5efe5"
    "5e53f7a2691e78696bbd8145946e5fa9bada3932c016fb84ce342539"
)
TEST_Q = (
    "ea9072ef53d36a41418933df34bcf3de1d8ef290e5eb9c0902b047228e9637923890b67e5d9b5bae7ddef12861100a1bbad2"
    "654b8267105ed8bf9ceeac905f67ab4cc1b679b9c286d506139adab9be7177541785a981eb9fcfa35661fb586020a03d73b5"
    "296f8db0bf166998bfad2da6f2b79f5505c522a1b4e0c5a0d9c8c199"
)
BODY = b'{"data": {"name": "Example"}}'
HEADERS = [
    ("X-Road-Client", INSTANCE.consumer.encoded),
    *Declaration("procedure:1", "Law 1, article 2 \u00a7 3", "000000000001", "D-1").to_headers(),
]


class RecordingSigner:
    """A signer that keeps what it signed."""

    def __init__(self, signer: Signer) -> None:
        self.certificate, self._signer = signer.certificate, signer
        self.signed: list[bytes] = []

    def sign(self, data: bytes, *, algorithm: SignatureAlgorithm | None = None) -> bytes:
        self.signed.append(data)
        return self._signer.sign(data, algorithm=algorithm)


def request(method: str, path: str, *more: tuple[str, str]) -> RestRequest:
    target = f"/r1/{INSTANCE.provider.encoded}/persons/records{path}"
    return RestRequest.from_consumer(
        method=method, target=target, headers=[*HEADERS, *more], request_id="r-1", fallback_id="m-1"
    )


READING = request("GET", "/0%201?fields=name")
WRITING = request("POST", "", ("Content-Type", "application/json"), ("Idempotency-Key", "k-1"))
ANSWER = RestResponse.answering(
    request=WRITING,
    request_hash=hash_of_request(head=WRITING.to_bytes(), body_digest=hashlib.sha512(BODY).digest()),
    status=201,
    reason="Created",
    headers=[("Content-Type", "application/json")],
)
ALONE = message_parts(head=READING.to_bytes(), body_digest=None)
WITH_BODY = message_parts(head=WRITING.to_bytes(), body_digest=hashlib.sha512(BODY).digest())


def sign(golden: Golden, name: str, *messages: Sequence[Part], signer: Signer = CLIENT) -> tuple[MessageSignature, ...]:
    """Sign, and compare what the signer was given, what that refers to, and what came out."""
    recording = RecordingSigner(signer)
    made = signature.sign(messages=messages, signer=recording, ocsp_responses=[b"ocsp"], at=AT)
    properties = etree.fromstring(made[0].xml).find(".//{*}SignedProperties")
    assert properties is not None
    canonical = etree.tostring(properties, method="c14n")
    (signed,) = recording.signed
    # The reviewed properties are those that the reviewed bytes refer to.
    assert base64.b64encode(hashlib.sha512(canonical).digest()) in signed
    golden(f"{name}.signed-info.xml", signed)
    golden(f"{name}.signed-properties.xml", canonical)
    golden(f"{name}.signature.xml", made[0].xml)
    return made


def test_heads_are_byte_for_byte_the_reviewed_ones(golden: Golden) -> None:
    golden("request-without-body.http", READING.to_bytes())
    golden("request-with-body.http", WRITING.to_bytes())
    golden("response.http", ANSWER.to_bytes())


def test_the_hashes_of_requests_are_the_reviewed_ones(golden: Golden) -> None:
    alone = hash_of_request(head=READING.to_bytes(), body_digest=None)
    with_body = hash_of_request(head=WRITING.to_bytes(), body_digest=hashlib.sha512(BODY).digest())

    golden("request-hashes.txt", f"without body {alone}\nwith body {with_body}\n".encode())


def test_a_message_of_one_part_is_signed_byte_for_byte_as_reviewed(golden: Golden) -> None:
    (made,) = sign(golden, "alone", ALONE)

    assert made.hash_chain is None


def test_a_message_with_a_body_is_signed_byte_for_byte_as_reviewed(golden: Golden) -> None:
    (made,) = sign(golden, "with-body", WITH_BODY)

    golden("with-body.hash-chain-result.xml", made.hash_chain_result or b"")
    golden("with-body.hash-chain.xml", made.hash_chain or b"")


def test_a_response_is_signed_byte_for_byte_as_reviewed(golden: Golden) -> None:
    parts = message_parts(head=ANSWER.to_bytes(), body_digest=hashlib.sha512(b"").digest())

    sign(golden, "response", parts, signer=PROVIDER)


def test_a_batch_of_three_is_signed_byte_for_byte_as_reviewed(golden: Golden) -> None:
    made = sign(golden, "batch", ALONE, WITH_BODY, message_parts(head=b"third", body_digest=None))

    golden("batch.hash-chain-result.xml", made[0].hash_chain_result or b"")
    for number, one in enumerate(made, start=1):
        golden(f"batch.hash-chain-{number}.xml", one.hash_chain or b"")


def test_an_rsa_key_signs_byte_for_byte_as_reviewed(golden: Golden) -> None:
    sign(golden, "rsa", ALONE, signer=rsa_signer())


def rsa_signer() -> SoftwareSigner:
    p, q = int(TEST_P, 16), int(TEST_Q, 16)
    exponent = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    key = rsa.RSAPrivateNumbers(
        p, q, exponent, rsa.rsa_crt_dmp1(exponent, p), rsa.rsa_crt_dmq1(exponent, q), rsa.rsa_crt_iqmp(p, q), public
    ).private_key()
    name = CLIENT.certificate.subject
    root = issue_root(key=key, subject=name, serial=7, not_before=AT, not_after=AT.replace(year=2030))
    return SoftwareSigner(root, key)


def test_a_step_of_a_hash_chain_is_the_digest_of_the_reviewed_bytes(golden_der: Golden) -> None:
    method = "http://www.w3.org/2001/04/xmlenc#sha512"
    values = [hashchain.DigestValue(method, part.digest(method) or b"") for part in WITH_BODY]

    golden_der("hash-chain-step", hashchain.digest_list(values))


def test_what_is_time_stamped_for_three_messages_is_byte_for_byte_the_reviewed(golden: Golden) -> None:
    batch = batch_of([hashlib.sha512(b"signature %d" % number).digest() for number in range(3)])

    golden("stamp.hash-chain-result.xml", batch.result)
    for number, chain in enumerate(batch.chains, start=1):
        golden(f"stamp.hash-chain-{number}.xml", chain)


def signed_writing() -> MessageSignature:
    (made,) = signature.sign(messages=[WITH_BODY], signer=CLIENT, ocsp_responses=[b"ocsp"], at=AT)
    return made


def test_what_is_time_stamped_for_one_message_is_byte_for_byte_the_reviewed(golden: Golden) -> None:
    made = signed_writing()
    stamped = signature.add_timestamp(made.xml, token=b"token")

    assert signature.stamped_value(stamped) == signature.stamped_value(made.xml)
    golden("with-body.stamped-signature.xml", stamped)


def test_evidence_holds_byte_for_byte_the_reviewed_entries(golden: Golden, golden_zip: Golden) -> None:
    made = signed_writing()
    batch = batch_of([hashlib.sha512(made.xml).digest(), hashlib.sha512(b"another").digest()])
    stamp = BatchTimestamp(batch.chains[0], batch.result, b"token")
    container = build_container(EvidenceContent(WRITING.to_bytes(), made, BODY, stamp), at=AT)

    golden_zip("evidence", container)
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        golden("evidence.manifest.xml", archive.read("META-INF/manifest.xml"))
        golden("evidence.asic-manifest.xml", archive.read("META-INF/ASiCManifest.xml"))


def test_a_request_travels_byte_for_byte_as_reviewed(golden: Golden) -> None:
    made = signed_writing()
    chain = (made.hash_chain_result or b"", made.hash_chain or b"")
    encoder = Encoder("xtopboundary")
    pieces = encoder.message(head=WRITING.to_bytes(), is_request=True, signature=made.xml, body=[BODY[:5], BODY[5:]],
                             hash_chain=chain, ocsp_responses=[b"ocsp"])  # fmt: skip

    golden("request.multipart", b"".join(pieces))


def test_a_response_travels_byte_for_byte_as_reviewed(golden: Golden) -> None:
    parts = message_parts(head=ANSWER.to_bytes(), body_digest=None)
    (made,) = signature.sign(messages=[parts], signer=PROVIDER, ocsp_responses=[b"ocsp"], at=AT)
    pieces = Encoder("xtopboundary").message(head=ANSWER.to_bytes(), is_request=False, signature=made.xml)

    golden("response.multipart", b"".join(pieces))
