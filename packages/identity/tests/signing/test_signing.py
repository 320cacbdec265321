"""From a site's wish to the person's decision."""

from __future__ import annotations

import base64
from datetime import UTC, timedelta
from datetime import datetime as moment
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from joserfc import jwt
from saola_identity import clock
from saola_identity.accounts.api import Event
from saola_identity.errors import RequestRefused
from saola_identity.oidc.keys import read_key
from saola_identity.signing import actions
from saola_identity.signing.models import SigningRequest


def kinds(account) -> list[str]:
    return list(Event.objects.filter(account=account, client_id="portal").order_by("id").values_list("kind", flat=True))


def path_of(asked) -> str:
    assert asked["url"].startswith(settings.IDENTITY.issuer + "/sign/")
    return asked["url"].removeprefix(settings.IDENTITY.issuer)


def test_the_certificate_is_known_before_there_is_anything_to_sign(asking, fake_signer):
    found = asking.get("/api/signing-credentials", sub=asking.sub, kind="person").json()
    assert found == {"credential_id": "person-000000000001", "certificate": fake_signer.certificate, "chain": []}


def test_a_person_sees_what_they_sign_and_for_whom(asking, portal):
    page = portal.browser.get(path_of(asking.ask())).content.decode()
    full = base64.b64decode(asking.body()["hash"]).hex()
    for shown in ("The portal", "Birth of Eve", "application.json", "Application data", full):
        assert shown in page
    assert "your personal signing key" in page


def test_the_pin_makes_a_signature_that_the_site_fetches(asking, portal, person):
    asked = asking.ask()
    assert asking.outcome(asked) == {"status": "waiting", "signature": None, "reason": None}
    response = portal.browser.post(path_of(asked), {"decision": "sign", "pin": "2468"})
    assert response["Location"] == f"http://localhost:8001/signing/back?step=2&signing_request={asked['id']}"
    found = asking.outcome(asked)
    assert found["status"] == "signed"
    assert found["signature"]
    assert kinds(person)[-2:] == ["signature-asked", "signature-made"]


def test_the_activation_names_this_key_and_this_hash_and_soon_ends(asking, portal, person, fake_signer):
    asked = asking.ask()
    portal.browser.post(path_of(asked), {"decision": "sign", "pin": "2468"})
    key = read_key(settings.IDENTITY.activation_key_file)
    claims = jwt.decode(fake_signer.activations[0], key, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"]) == ("saola-identity", "saola-signer")
    assert claims["sub"] == person.personal_number
    assert claims["credential"] == "person-000000000001"
    assert claims["hashes"] == [asking.body()["hash"]]
    assert 0 < claims["exp"] - claims["iat"] <= 120
    assert claims["jti"]


def test_a_pin_is_kept_nowhere(asking, portal):
    asked = asking.ask()
    page = portal.browser.post(path_of(asked), {"decision": "sign", "pin": "97531"})
    portal.browser.post(path_of(asked), {"decision": "sign", "pin": "2468"})
    assert b"97531" not in page.content
    assert "97531" not in str(list(Event.objects.values())) + str(list(SigningRequest.objects.values()))


def test_a_wrong_pin_says_how_many_tries_are_left_and_can_be_mended(asking, portal, person):
    asked = asking.ask()
    response = portal.browser.post(path_of(asked), {"decision": "sign", "pin": "1111"})
    assert response.status_code == 422
    assert b"You have 4 tries left" in response.content
    assert asking.outcome(asked)["status"] == "waiting"
    assert portal.browser.post(path_of(asked), {"decision": "sign", "pin": "2468"}).status_code == 302
    assert kinds(person)[-2:] == ["pin-wrong", "signature-made"]


def test_an_empty_pin_never_reaches_the_signer(asking, portal, fake_signer):
    response = portal.browser.post(path_of(asking.ask()), {"decision": "sign", "pin": ""})
    assert b"Type the PIN of your signing key" in response.content
    assert fake_signer.activations == []


def test_a_locked_key_says_until_when(asking, portal, person, fake_signer):
    fake_signer.locked_until = moment(2026, 11, 22, 3, 15, tzinfo=UTC)
    response = portal.browser.post(path_of(asking.ask()), {"decision": "sign", "pin": "2468"})
    assert b"locked until 10:15" in response.content
    assert kinds(person)[-1] == "key-locked"


def test_a_refusal_goes_to_the_site_with_its_reason(asking, portal, person, fake_signer):
    asked = asking.ask()
    response = portal.browser.post(path_of(asked), {"decision": "refuse", "reason": " The name is wrong "})
    assert response.status_code == 302
    assert asking.outcome(asked) == {"status": "refused", "signature": None, "reason": "The name is wrong"}
    assert fake_signer.activations == []
    assert kinds(person)[-1] == "signature-refused"


@pytest.mark.parametrize("first", ["sign", "refuse"])
@pytest.mark.parametrize("second", ["sign", "refuse"])
def test_a_request_is_decided_once(asking, portal, first, second):
    asked = asking.ask()
    portal.browser.post(path_of(asked), {"decision": first, "pin": "2468"})
    decided = asking.outcome(asked)
    response = portal.browser.post(path_of(asked), {"decision": second, "pin": "2468"})
    # The same decision again is a lost answer, and leads on; another one comes too late.
    assert response.status_code == (302 if first == second else 409)
    assert asking.outcome(asked) == decided


def test_a_page_sent_again_because_its_answer_was_lost_leads_on_and_signs_once(asking, portal, fake_signer):
    asked = asking.ask()
    first = portal.browser.post(path_of(asked), {"decision": "sign", "pin": "2468"})
    again = portal.browser.post(path_of(asked), {"decision": "sign", "pin": "2468"})
    assert again["Location"] == first["Location"]
    assert len(fake_signer.activations) == 1
    assert portal.browser.get(path_of(asked)).status_code == 409


def test_a_request_waits_ten_minutes_and_not_longer(asking, portal, fake_signer):
    asked = asking.ask()
    with clock.standing_at(clock.now() + timedelta(minutes=10, seconds=1)):
        assert asking.outcome(asked)["status"] == "expired"
        response = portal.browser.post(path_of(asked), {"decision": "sign", "pin": "2468"})
    assert response.status_code == 410
    assert b"The time to sign is over" in response.content
    assert fake_signer.activations == []


@pytest.mark.parametrize("decision", ["sign", "refuse"])
def test_of_two_requests_for_the_same_only_the_newer_counts_and_the_older_says_so(
    asking, portal, fake_signer, decision
):
    older, newer = asking.ask(), asking.ask()
    for response in (
        portal.browser.get(path_of(older)),
        portal.browser.post(path_of(older), {"decision": decision, "pin": "2468"}),
    ):
        assert response.status_code == 409
        assert b"A newer request replaced this one" in response.content
        assert f'href="{path_of(newer)}"'.encode() in response.content
    assert asking.outcome(older)["status"] == "waiting"
    assert fake_signer.activations == []
    assert portal.browser.post(path_of(newer), {"decision": "sign", "pin": "2468"}).status_code == 302
    # Nothing waits any more: the site that has the signature is the place to go on.
    assert f"signing_request={newer['id']}".encode() in portal.browser.get(path_of(older)).content


def test_a_request_replaced_while_its_page_is_answered_is_not_signed(asking, person, fake_signer):
    older = asking.ask()
    asking.ask()
    with pytest.raises(RequestRefused, match="replaced"):
        actions.sign(request_id=older["id"], account=person, pin="2468", at=clock.now())
    assert fake_signer.activations == []


@pytest.mark.parametrize(
    "other", [{"title": "Birth of Adam"}, {"return_url": "http://localhost:8001/signing/back?step=3"}]
)
def test_a_request_for_something_else_replaces_nothing(asking, portal, other):
    asked = asking.ask()
    asking.ask(**other)
    portal.browser.post(path_of(asked), {"decision": "sign", "pin": "2468"})
    assert asking.outcome(asked)["status"] == "signed"


def test_only_the_person_meant_sees_and_signs(asking, portal, another_person, become, fake_signer):
    asked = asking.ask()
    become(portal.browser, another_person)
    for response in (
        portal.browser.get(path_of(asked)),
        portal.browser.post(path_of(asked), {"decision": "sign", "pin": "2468"}),
    ):
        assert response.status_code == 403
        assert b"Birth of Eve" not in response.content
    assert asking.outcome(asked)["status"] == "waiting"
    assert fake_signer.activations == []


def test_whoever_is_not_signed_in_signs_in_first(asking, client):
    asked = asking.ask()
    response = Client().get(path_of(asked))
    assert response["Location"] == f"/sign-in?next=%2Fsign%2F{asked['id']}"


def test_the_page_speaks_the_language_of_the_site_and_has_a_clean_address(asking, portal):
    path = path_of(asking.ask())
    response = portal.browser.get(f"{path}?ui_locales=xx+fr")
    assert response["Location"] == path
    page = portal.browser.get(path).content
    assert b'<html lang="fr"' in page
    assert b"Birth of Eve" in page


def test_whoever_signs_in_first_does_so_in_the_language_of_the_site_too(asking, person, become):
    browser = Client()
    path = path_of(asking.ask())
    clean = browser.get(f"{path}?ui_locales=fr")["Location"]
    sign_in = browser.get(clean)["Location"]
    assert sign_in == f"/sign-in?{urlencode({'next': path})}"
    assert b'<html lang="fr"' in browser.get(sign_in).content
    become(browser, person)
    assert b'<html lang="fr"' in browser.get(path).content


def test_a_language_that_nobody_here_speaks_changes_nothing(asking, portal):
    path = path_of(asking.ask())
    response = portal.browser.get(f"{path}?ui_locales=xx")
    assert response["Location"] == path
    assert "saola_identity_lang" not in response.cookies


def test_a_decision_sent_with_a_language_is_a_decision(asking, portal):
    asked = asking.ask()
    portal.browser.post(f"{path_of(asked)}?ui_locales=fr", {"decision": "sign", "pin": "2468"})
    assert asking.outcome(asked)["status"] == "signed"


def test_only_the_site_that_asked_learns_the_outcome(asking, onestop):
    asked = asking.ask()
    response = Client().get(f"/api/signing-requests/{asked['id']}", headers={"authorization": onestop.basic})
    assert response.status_code == 404


def test_the_form_cannot_be_sent_from_another_site(asking, person, become):
    strict = Client(enforce_csrf_checks=True)
    asked = asking.ask()
    strict.get("/sign-in")
    token = strict.cookies["saola_identity_csrf"].value
    strict.post(f"/sign-in/as/{person.pk}", {"csrfmiddlewaretoken": token})
    response = strict.post(path_of(asked), {"decision": "sign", "pin": "2468"})
    assert response.status_code == 403
    assert asking.outcome(asked)["status"] == "waiting"


def test_a_nul_in_a_form_or_an_address_is_a_bad_request(asking, portal):
    asked = asking.ask()
    response = portal.browser.post(path_of(asked), {"decision": "refuse", "reason": "no\x00t mine"})
    assert response.status_code == 400
    assert asking.outcome(asked)["status"] == "waiting"
    assert portal.browser.get("/sign-in?next=%00").status_code == 400
