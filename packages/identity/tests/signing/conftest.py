"""What tests of signing share: a site that knows Ada, and a signer that holds her key."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from saola_identity.signing.signer import FakeSigner, NewCredential

DIGEST = base64.b64encode(hashlib.sha256(b"what is signed").digest()).decode()


@dataclass(slots=True)
class Asking:
    """A site that asks for signatures."""

    basic: str = field(repr=False)
    sub: str

    def body(self, **changes: Any) -> dict[str, Any]:
        """A right request, changed."""
        document = {"name": "application.json", "media_type": "application/json", "sha256": DIGEST}
        right = {
            "sub": self.sub, "documents": [document], "hash": DIGEST, "hash_algorithm": "SHA-256", "kind": "person",
            "title": "Birth of Eve", "return_url": "http://localhost:8001/signing/back?step=2",
        }  # fmt: skip
        return right | changes

    def post(self, body: object) -> Any:
        """Send any body."""
        return Client().post(
            "/api/signing-requests",
            data=body if isinstance(body, bytes) else json.dumps(body),
            content_type="application/json",
            headers={"authorization": self.basic},
        )

    def ask(self, **changes: Any) -> dict[str, Any]:
        """Ask, expecting it to be accepted."""
        response = self.post(self.body(**changes))
        assert response.status_code == 201, response.content
        found: dict[str, Any] = response.json()
        return found

    def get(self, path: str, **query: str) -> Any:
        """Read something."""
        return Client().get(path, query, headers={"authorization": self.basic})

    def outcome(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What became of it."""
        found: dict[str, Any] = self.get(f"/api/signing-requests/{asked['id']}").json()
        return found


@pytest.fixture
def asking(portal: Any, person: Any, fake_signer: FakeSigner) -> Asking:
    """The portal, where Ada has signed in and has a key with the PIN 2468."""
    fake_signer.create(NewCredential(person.personal_number, "person", "public", {}, "2468"))
    return Asking(basic=portal.basic, sub=portal.claims(portal.tokens())["sub"])
