"""The module list of the OpenID conformance suite, as far as it is about refusing."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from saola_identity import clock
from saola_identity.accounts.api import Event


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://localhost:8001/signin/callback/",
        "http://localhost:8001/signin/callback?x=1",
        "http://localhost:8001/signin",
        "http://localhost:8002/signin/callback",
        "http://evil.example/signin/callback",
        "",
    ],
)
def test_another_redirect_address_than_the_registered_one_gets_a_page_and_no_redirect(portal, redirect_uri):
    response = portal.authorize(redirect_uri=redirect_uri)
    assert response.status_code == 400
    assert "Location" not in response


def test_an_unknown_site_gets_a_page_and_no_redirect(portal):
    response = portal.authorize(client_id="nobody")
    assert response.status_code == 400
    assert "Location" not in response


def test_two_redirect_addresses_are_ambiguous(portal):
    query = urlencode([*portal.parameters().items(), ("redirect_uri", "http://evil.example/")])
    assert portal.browser.get(f"/oidc/authorize?{query}").status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://x.example/"}, "request_uri_not_supported"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"nonce": "n" * 3000}, "invalid_request"),
    ],
)
def test_a_request_that_is_wrong_comes_back_as_an_error_with_state_and_issuer(portal, issuer, changes, error):
    answer = portal.answer(portal.authorize(**changes))
    assert answer["error"] == error
    assert answer["state"] == "the-state"
    assert answer["iss"] == issuer
    assert "code" not in answer


def test_a_parameter_that_stands_there_twice_is_refused(portal):
    query = urlencode([*portal.parameters().items(), ("nonce", "another")])
    assert portal.answer(portal.browser.get(f"/oidc/authorize?{query}"))["error"] == "invalid_request"


def test_prompt_none_without_a_sign_in_shows_no_page(stranger, db):
    assert stranger.answer(stranger.authorize(prompt="none"))["error"] == "login_required"


def test_prompt_none_with_a_sign_in_gives_a_code(portal):
    assert portal.answer(portal.authorize(prompt="none"))["code"]


@pytest.mark.parametrize("prompt", ["login", "select_account"])
def test_prompt_login_asks_even_whoever_is_signed_in(portal, person, prompt):
    first = portal.claims(portal.tokens())["auth_time"]
    response = portal.authorize(prompt=prompt)
    assert response["Location"].startswith("/sign-in?")
    with clock.standing_at(clock.now() + timedelta(seconds=5)):
        address = response["Location"].partition("next=")[2].replace("%2F", "/")
        assert portal.browser.get(address)["Location"].startswith("/sign-in?")
        portal.browser.post(f"/sign-in/as/{person.pk}")
        code = portal.answer(portal.browser.get(address))["code"]
        assert portal.claims(portal.redeem(code).json())["auth_time"] > first


def test_max_age_asks_again_when_the_sign_in_is_older(portal):
    with clock.standing_at(clock.now() + timedelta(seconds=90)):
        assert portal.answer(portal.authorize(max_age="120"))["code"]
        assert portal.authorize(max_age="60")["Location"].startswith("/sign-in?")
        assert portal.answer(portal.authorize(max_age="60", prompt="none"))["error"] == "login_required"
        assert portal.authorize(max_age="0")["Location"].startswith("/sign-in?")


def test_a_level_that_the_person_cannot_reach_is_said_so_and_not_pretended(portal, person, become):
    person.level = "low"
    person.save()
    become(portal.browser, person)
    response = portal.authorize(acr_values="high")
    assert response["Location"].startswith("/sign-in?")
    address = response["Location"].partition("next=")[2].replace("%2F", "/")
    become(portal.browser, person)
    assert portal.answer(portal.browser.get(address))["error"] == "unmet_authentication_requirements"
    assert portal.answer(portal.authorize(acr_values="low high"))["code"]


def test_a_sign_in_lapses_after_an_hour_without_use_and_after_eight_in_any_case(portal):
    start = clock.now()
    with clock.standing_at(start + timedelta(minutes=61)):
        assert portal.authorize()["Location"].startswith("/sign-in?")


def test_a_sign_in_that_is_used_all_day_ends_after_eight_hours(portal):
    start = clock.now()
    for minutes in range(30, 480, 30):
        with clock.standing_at(start + timedelta(minutes=minutes)):
            assert portal.answer(portal.authorize())["code"]
    with clock.standing_at(start + timedelta(minutes=481)):
        assert portal.authorize()["Location"].startswith("/sign-in?")


def test_a_sign_in_that_took_too_long_is_explained_and_gives_no_code(stranger, person):
    start = clock.now()
    address = stranger.authorize()["Location"].partition("next=")[2].replace("%2F", "/")
    with clock.standing_at(start + timedelta(minutes=16)):
        stranger.browser.post(f"/sign-in/as/{person.pk}")
        response = stranger.browser.get(address)
    assert response.status_code == 400
    assert b"took too long" in response.content


def test_a_request_is_answered_once(stranger, person):
    address = stranger.authorize()["Location"].partition("next=")[2].replace("%2F", "/")
    stranger.browser.post(f"/sign-in/as/{person.pk}")
    assert stranger.answer(stranger.browser.get(address))["code"]
    assert stranger.browser.get(address).status_code == 400


def test_a_code_is_used_once_and_its_second_use_revokes_what_it_brought(portal, person):
    code = portal.code()
    token = portal.redeem(code).json()["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    assert portal.browser.get("/oidc/userinfo", headers=bearer).status_code == 200
    again = portal.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    refused = portal.browser.get("/oidc/userinfo", headers=bearer)
    assert refused.status_code == 401
    assert "invalid_token" in refused["WWW-Authenticate"]
    assert Event.objects.filter(account=person, kind="code-reused").count() == 1


def test_a_code_lives_a_minute(portal):
    code = portal.code()
    with clock.standing_at(clock.now() + timedelta(seconds=61)):
        assert portal.redeem(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 64},
        {"code_verifier": ""},
        {"code_verifier": "short"},
        {"redirect_uri": "http://localhost:8001/other"},
        {"redirect_uri": ""},
        {"code": "unknown"},
    ],
)
def test_a_code_is_worth_nothing_without_what_it_was_bound_to(portal, changes):
    code = portal.code()
    response = portal.redeem(changes.pop("code", code), **changes)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert "id_token" not in response.json()


def test_a_code_of_one_site_is_worth_nothing_to_another(portal, onestop):
    code = portal.code()
    assert onestop.redeem(code, redirect_uri=portal.redirect_uri).json()["error"] == "invalid_grant"
    assert portal.redeem(code).status_code == 200


@pytest.mark.parametrize(
    "authorization", ["Basic cG9ydGFsOndyb25n", "Basic !!!", "Bearer x", "Basic bm9ib2R5Ong=", "x"]
)
def test_a_site_that_does_not_prove_itself_gets_nothing(portal, authorization):
    response = portal.redeem(portal.code(), authorization=authorization)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response["WWW-Authenticate"].startswith("Basic")


def test_the_secret_in_the_body_does_not_count(portal):
    from django.test import Client

    form = {"grant_type": "authorization_code", "code": portal.code(), "client_id": "portal"}
    form |= {"client_secret": portal.secret, "redirect_uri": portal.redirect_uri, "code_verifier": "v" * 64}
    assert Client().post("/oidc/token", form).status_code == 401


def test_another_grant_is_refused(portal):
    assert portal.redeem(portal.code(), grant_type="password").json()["error"] == "unsupported_grant_type"


def test_token_answers_are_never_kept_by_anyone_on_the_way(portal):
    assert portal.redeem(portal.code())["Cache-Control"] == "no-store"


def test_an_access_token_ends_after_ten_minutes(portal):
    bearer = {"authorization": f"Bearer {portal.tokens()['access_token']}"}
    with clock.standing_at(clock.now() + timedelta(minutes=11)):
        assert portal.browser.get("/oidc/userinfo", headers=bearer).status_code == 401


def _unsigned(claims: dict[str, object]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."


def test_a_hint_with_alg_none_is_refused(portal):
    claims = portal.claims(portal.tokens())
    assert portal.answer(portal.authorize(id_token_hint=_unsigned(claims)))["error"] == "invalid_request"


def test_a_hint_signed_by_another_key_is_refused(portal):
    claims = portal.claims(portal.tokens())
    forged = jwt.encode({"alg": "ES256"}, claims, ECKey.generate_key("P-256"), algorithms=["ES256"])
    assert portal.answer(portal.authorize(id_token_hint=forged))["error"] == "invalid_request"


def test_a_hint_at_the_person_signed_in_passes_even_when_it_is_old(portal):
    token = portal.tokens()["id_token"]
    with clock.standing_at(clock.now() + timedelta(minutes=30)):
        assert portal.answer(portal.authorize(id_token_hint=token, prompt="none"))["code"]


def test_a_hint_at_another_person_asks_to_sign_in_as_them(portal, another_person, become):
    token = portal.tokens()["id_token"]
    become(portal.browser, another_person)
    assert portal.answer(portal.authorize(id_token_hint=token, prompt="none"))["error"] == "login_required"
    assert portal.authorize(id_token_hint=token)["Location"].startswith("/sign-in?")


def test_an_account_that_was_closed_signs_in_nowhere(portal, person):
    token = portal.tokens()["access_token"]
    person.is_active = False
    person.save()
    assert portal.authorize()["Location"].startswith("/sign-in?")
    assert portal.browser.get("/oidc/userinfo", headers={"authorization": f"Bearer {token}"}).status_code == 401
