"""What the interface for sites refuses."""

from __future__ import annotations

import base64

import pytest
from django.test import Client
from saola_identity.signing.signer import FakeSigner

SHORT = base64.b64encode(b"too short").decode()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"sub": ""}, "sub"),
        ({"documents": []}, "documents"),
        ({"documents": "x"}, "documents"),
        ({"documents": [{"name": "x"}]}, "documents[0]"),
        ({"documents": [{"name": "x", "media_type": "text", "sha256": SHORT}]}, "media_type"),
        ({"documents": [{"name": "x", "media_type": "text/plain", "sha256": SHORT}]}, "sha256"),
        ({"documents": [{"name": "evil\u202egpj.exe", "media_type": "text/plain", "sha256": SHORT}]}, "name"),
        ({"hash": SHORT}, "hash"),
        ({"hash": 5}, "hash"),
        ({"hash": "***"}, "hash"),
        ({"hash_algorithm": "SHA-1"}, "hash_algorithm"),
        ({"kind": "seal"}, "kind"),
        ({"title": "  "}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"return_url": "http://evil.example/"}, "return_url"),
        ({"return_url": "http://localhost:8001.evil.example/"}, "return_url"),
        ({"return_url": "http://localhost:8001@evil.example/"}, "return_url"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"return_url": "/back"}, "return_url"),
        ({"more": 1}, "exactly"),
    ],
)
def test_a_request_that_is_wrong_is_refused_by_the_name_of_the_field(asking, changes, word):
    response = asking.post(asking.body(**changes))
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    found = response.json()
    assert word in found["detail"]
    assert found["code"] == "identity.request_refused"
    assert found["remedy"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"null"])
def test_a_body_that_is_no_object_is_refused(asking, body):
    assert asking.post(body).status_code == 400


def test_a_person_whom_the_site_does_not_know_cannot_be_asked(asking, onestop):
    theirs = onestop.claims(onestop.tokens())["sub"]
    for sub in (theirs, "nobody"):
        response = asking.post(asking.body(sub=sub))
        assert (response.status_code, response.json()["code"]) == (404, "identity.not_found")


def test_a_person_without_that_kind_of_key_cannot_be_asked(asking):
    response = asking.get("/api/signing-credentials", sub=asking.sub, kind="official")
    assert (response.status_code, response.json()["code"]) == (404, "identity.no_credential")


def test_whoever_does_not_prove_to_be_a_site_gets_nothing(asking):
    response = Client().get("/api/signing-credentials", {"sub": asking.sub, "kind": "person"})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic")


def test_a_signer_that_does_not_answer_is_said_so(asking, fake_signer: FakeSigner):
    from saola_identity.signing import service
    from saola_identity.signing.signer import HttpSigner

    with service.using(HttpSigner(url="http://127.0.0.1:1", token="t", operator_token="o", timeout=1)):
        response = asking.post(asking.body())
    assert (response.status_code, response.json()["code"]) == (502, "identity.signer_unavailable")
