"""What identity signs, byte for byte as it was reviewed, and the names by which sites know people."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey
from saola_identity.oidc.id_token import id_token
from saola_identity.oidc.models import Code
from saola_identity.oidc.subjects import pairwise
from saola_identity.signing.service import activation
from saola_trust.services.activation import read_activation

Golden = Callable[[str, bytes], None]
AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
SECRET = bytes(range(32))
HASH = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(scope="module")
def key() -> ECKey:
    """A key for these tests only: its secret is a small number."""
    secret = ec.derive_private_key(201, ec.SECP256R1())
    pem = secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = ECKey.import_key(pem, {"use": "sig", "alg": "ES256"})
    return ECKey.import_key({**made.as_dict(private=True), "kid": made.thumbprint()})


def signed_part(token: str) -> bytes:
    """The bytes that are signed, and below them what they say; the signature itself is another one each time."""
    signed, _, _ = token.rpartition(".")
    texts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in signed.split(".")]
    return "\n".join([signed, *(json.dumps(json.loads(text), indent=1) for text in texts), ""]).encode()


@pytest.mark.parametrize("nonce", ["the-nonce", ""], ids=["nonce", "no-nonce"])
def test_what_is_signed_of_an_id_token_is_byte_for_byte_the_reviewed(nonce: str, key: ECKey, golden: Golden) -> None:
    code = Code(client_id="portal", nonce=nonce, auth_time=1780300700, acr="high", amr=["hwk", "user"])
    made = id_token(issuer="https://identity.example", sub="a-subject", code=code, access_token="an-access-token",
                    key=key, at=AT)  # fmt: skip

    golden("id-token.txt" if nonce else "id-token-without-nonce.txt", signed_part(made))


def test_what_is_signed_of_an_activation_is_byte_for_byte_the_reviewed(key: ECKey, golden: Golden) -> None:
    made = activation(owner="000000000001", credential_id="c-1", hashes=[HASH], at=AT, token_id="a-token-id", key=key)

    assert read_activation(made, key=key, at=AT).jti == "a-token-id"
    golden("activation.txt", signed_part(made))


def test_sites_know_people_by_the_reviewed_names(golden: Golden) -> None:
    person = UUID("00000000-0000-4000-8000-000000000001")
    names = [
        f"{sector} {pairwise(secret=SECRET, sector=sector, account_id=person)}\n"
        for sector in ("portal.example", "onestop.example")
    ]

    golden("pairwise-subjects.txt", "".join(names).encode())
