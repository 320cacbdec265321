"""The browser's passkey calls when something does not hold."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from saola_identity import clock
from saola_identity.accounts.api import Event


def post(browser, path, body):
    return browser.post(
        path, data=body if isinstance(body, bytes) else json.dumps(body), content_type="application/json"
    )


def test_options_ask_for_verification_and_any_passkey_of_ours(browser, db):
    found = post(browser, "/sign-in/passkey/options", {}).json()
    assert found["rpId"] == "localhost"
    assert found["userVerification"] == "required"
    assert not found.get("allowCredentials")
    assert found["challenge"] != post(browser, "/sign-in/passkey/options", {}).json()["challenge"]


def test_registration_does_not_tell_the_device_the_personal_number(portal, person):
    response = post(portal.browser, "/passkeys/options", {})
    assert person.personal_number not in response.content.decode()
    found = response.json()
    assert found["authenticatorSelection"]["residentKey"] == "required"
    assert found["authenticatorSelection"]["userVerification"] == "required"


def test_only_whoever_is_signed_in_adds_a_passkey(browser, db):
    for path in ("/passkeys/options", "/passkeys", "/passkeys/1/remove"):
        assert post(browser, path, {}).status_code == 302


@pytest.mark.parametrize("body", [b"", b"[]", b"{", {}, {"id": 5}, {"id": "AAAA", "response": {}}, {"id": "é"}])
def test_an_answer_that_cannot_be_read_signs_nobody_in(browser, db, body):
    post(browser, "/sign-in/passkey/options", {})
    response = post(browser, "/sign-in/passkey", body)
    assert response.status_code == 400
    assert "not accepted" in response.json()["error"]
    assert Event.objects.get().kind == "sign-in-failed"


@pytest.mark.parametrize("body", [b"", {}, {"credential": None}, {"credential": []}, {"credential": {"id": "x"}}])
def test_an_answer_that_cannot_be_read_adds_no_passkey(portal, person, body):
    post(portal.browser, "/passkeys/options", {})
    assert post(portal.browser, "/passkeys", body).status_code == 400
    assert person.passkeys.count() == 0


def test_a_challenge_is_used_once_and_lives_five_minutes(browser, db):
    post(browser, "/sign-in/passkey/options", {})
    with clock.standing_at(clock.now() + timedelta(minutes=6)):
        post(browser, "/sign-in/passkey", {"id": "AAAA"})
    assert Event.objects.get().detail["why"] == "the sign-in with a passkey took too long"
    post(browser, "/sign-in/passkey", {"id": "AAAA"})
    assert Event.objects.count() == 2


def test_nobody_removes_another_person_s_passkey(portal, another_person):
    from saola_identity.authentication.models import Passkey

    theirs = Passkey.objects.create(
        account=another_person, credential_id=b"1", public_key=b"2", name="n", created_at=clock.now()
    )
    assert portal.browser.post(f"/passkeys/{theirs.pk}/remove").status_code == 404
    assert Passkey.objects.filter(pk=theirs.pk).exists()
