"""Our signatures before a verifier that we did not write: signxml."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from saola_exchange.protocol import signature
from saola_exchange.protocol.parts import Part, message_parts
from saola_trust.certificates import issue_root
from saola_trust.keystore import FakeSigner, SoftwareSigner
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
HEAD = b"GET\r\n/r1/EX/GOV/B02/register/persons\r\nX-Road-Client:EX/GOV/A01/portal\r\n"
ALONE = message_parts(head=HEAD, body_digest=None)
WITH_BODY = message_parts(head=HEAD, body_digest=hashlib.sha512(b"body").digest())


def rsa_signer() -> SoftwareSigner:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = FakeSigner("x").certificate.subject
    root = issue_root(key=key, subject=name, serial=7, not_before=AT, not_after=AT.replace(year=2030))
    return SoftwareSigner(root, key)


def verify_elsewhere(xml: bytes, signer: SoftwareSigner, content: Callable[[str], bytes]) -> list[bytes]:
    """What signxml says was signed."""
    expected = SignatureConfiguration(
        require_x509=True,
        location=".//",
        expect_references=2,
        signature_methods=frozenset({SignatureMethod.ECDSA_SHA512, SignatureMethod.RSA_SHA512}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA512}),
    )
    found = XMLVerifier().verify(xml, x509_cert=signer.certificate, uri_resolver=content, expect_config=expected)
    return [one.signed_data for one in (found if isinstance(found, list) else [found])]


@pytest.mark.parametrize("signer", [FakeSigner("a member"), rsa_signer()], ids=["EC", "RSA"])
@pytest.mark.parametrize("parts", [ALONE, WITH_BODY], ids=["alone", "with body"])
def test_signxml_verifies_what_we_sign(signer: SoftwareSigner, parts: tuple[Part, ...]) -> None:
    (made,) = signature.sign(messages=[parts], signer=signer, ocsp_responses=[b"o"], at=AT)
    covered = made.hash_chain_result or HEAD
    stamped = signature.add_timestamp(made.xml, token=b"token")
    for xml in (made.xml, stamped):
        assert covered in verify_elsewhere(xml, signer, lambda _: covered)


def test_signxml_refuses_what_we_refuse() -> None:
    signer = FakeSigner("a member")
    (made,) = signature.sign(messages=[ALONE], signer=signer, ocsp_responses=[b"o"], at=AT)
    with pytest.raises((InvalidDigest, InvalidSignature)):
        verify_elsewhere(made.xml, signer, lambda _: HEAD + b"x")
