"""The authorisation code flow as it should go."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from saola_identity import clock
from saola_identity.accounts.api import Account, Event
from saola_identity.oidc.models import Code


def test_discovery_names_every_endpoint_and_no_weak_choice(browser, issuer):
    found = browser.get("/.well-known/openid-configuration").json()
    assert found["issuer"] == issuer
    for endpoint in ("authorization", "token", "userinfo", "end_session"):
        assert found[f"{endpoint}_endpoint"].startswith(issuer + "/")
    assert found["id_token_signing_alg_values_supported"] == ["ES256"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["token_endpoint_auth_methods_supported"] == ["client_secret_basic"]
    assert found["subject_types_supported"] == ["pairwise"]


def test_published_keys_hold_no_private_part(browser):
    keys = browser.get("/oidc/keys").json()["keys"]
    assert keys
    assert all("d" not in key and key["kty"] == "EC" and key["kid"] for key in keys)


def test_a_person_who_is_signed_in_goes_straight_back_with_a_code(portal, issuer):
    answer = portal.answer(portal.authorize())
    assert answer["state"] == "the-state"
    assert answer["iss"] == issuer
    assert len(answer["code"]) >= 32


def test_whoever_is_not_signed_in_signs_in_first_and_then_goes_back(stranger, person):
    site = stranger
    response = site.authorize()
    assert urlsplit(response["Location"]).path == "/sign-in"
    page = site.browser.get(response["Location"])
    assert b"The portal" in page.content
    address = parse_qs(urlsplit(response["Location"]).query)["next"][0]
    back = site.browser.post(f"/sign-in/as/{person.pk}", {"next": address})
    assert back["Location"] == address
    assert site.answer(site.browser.get(address))["code"]


def test_the_id_token_says_who_when_how_and_for_whom(portal, person, issuer):
    tokens = portal.tokens()
    claims = portal.claims(tokens)
    assert claims["iss"] == issuer
    assert claims["aud"] == "portal"
    assert claims["nonce"] == "the-nonce"
    assert claims["acr"] == "high"
    assert claims["amr"] == ["demo"]
    assert claims["iat"] - claims["auth_time"] < 60
    assert claims["exp"] > claims["iat"]
    assert person.personal_number not in str(claims)
    assert tokens["token_type"] == "Bearer"


def test_two_sites_know_one_person_by_different_names_that_stay(portal, onestop):
    first = portal.claims(portal.tokens())["sub"]
    assert portal.claims(portal.tokens())["sub"] == first
    assert onestop.claims(onestop.tokens())["sub"] != first


def test_userinfo_gives_what_the_granted_scopes_cover(portal, person):
    tokens = portal.tokens()
    found = portal.browser.get("/oidc/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"}).json()
    assert found == {
        "sub": portal.claims(tokens)["sub"],
        "name": person.full_name,
        "given_name": "Ada",
        "family_name": "Example",
        "personal_number": person.personal_number,
    }


def test_a_scope_that_the_site_may_not_have_is_not_granted(clinic):
    tokens = clinic.tokens()
    assert tokens["scope"] == "openid"
    found = clinic.browser.get("/oidc/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"}).json()
    assert set(found) == {"sub"}


def test_what_a_site_received_is_recorded_for_the_person(portal, person):
    portal.tokens()
    event = Event.objects.filter(account=person, kind="attributes-given").get()
    assert event.client_id == "portal"
    assert event.detail["scopes"] == ["openid", "profile", "personal_number"]


def test_the_request_may_come_as_a_post(portal):
    response = portal.browser.post("/oidc/authorize", portal.parameters())
    assert response.status_code == 303
    assert portal.answer(portal.browser.get(response["Location"]))["code"]


def test_the_pages_speak_the_language_that_the_site_asks_for(stranger, person):
    response = stranger.authorize(ui_locales="xx fr en")
    assert response.cookies["saola_identity_lang"].value == "fr"
    page = stranger.browser.get(response["Location"])
    assert b'<html lang="fr"' in page.content
    assert b"Le portal" in page.content
    assert "Mère".encode() in page.content


def test_the_person_that_the_site_hints_at_comes_first(stranger, person, another_person):
    page = stranger.browser.get(stranger.authorize(login_hint=another_person.personal_number)["Location"]).content
    assert page.index(another_person.full_name.encode()) < page.index(person.full_name.encode())


def test_old_codes_are_cleared_away(portal):
    portal.code()
    with clock.standing_at(clock.now() + timedelta(minutes=30)):
        portal.code()
    assert Code.objects.count() == 2
    with clock.standing_at(clock.now() + timedelta(days=3)):
        portal.browser.post(f"/sign-in/as/{Account.objects.get().pk}")
        portal.code()
    assert Code.objects.count() == 1
