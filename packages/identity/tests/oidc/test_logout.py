"""Signing out, begun by a site."""

from __future__ import annotations


def is_signed_in(browser) -> bool:
    return browser.get("/").status_code == 200


def test_a_site_that_names_the_person_signs_them_out_at_once(portal):
    token = portal.tokens()["id_token"]
    query = {"id_token_hint": token, "post_logout_redirect_uri": "http://localhost:8001/", "state": "s"}
    response = portal.browser.get("/oidc/end-session", query)
    assert response["Location"] == "http://localhost:8001/?state=s"
    assert not is_signed_in(portal.browser)


def test_a_site_that_does_not_prove_whom_it_means_makes_us_ask_the_person(portal):
    query = {"client_id": "portal", "post_logout_redirect_uri": "http://localhost:8001/"}
    response = portal.browser.get("/oidc/end-session", query)
    assert b"Do you want to sign out?" in response.content
    assert is_signed_in(portal.browser)
    response = portal.browser.post("/oidc/end-session/confirm")
    assert response["Location"] == "http://localhost:8001/"
    assert not is_signed_in(portal.browser)


def test_an_address_that_is_not_registered_is_not_returned_to(portal):
    token = portal.tokens()["id_token"]
    query = {"id_token_hint": token, "post_logout_redirect_uri": "http://evil.example/"}
    response = portal.browser.get("/oidc/end-session", query)
    assert response.status_code == 400
    assert is_signed_in(portal.browser)


def test_the_hint_of_one_site_does_not_serve_another(portal):
    query = {"id_token_hint": portal.tokens()["id_token"], "client_id": "onestop"}
    assert portal.browser.get("/oidc/end-session", query).status_code == 400


def test_the_hint_of_another_person_signs_nobody_out(portal, another_person, become):
    token = portal.tokens()["id_token"]
    become(portal.browser, another_person)
    assert portal.browser.get("/oidc/end-session", {"id_token_hint": token}).status_code == 200
    assert is_signed_in(portal.browser)


def test_whoever_is_signed_out_already_goes_on(stranger, db):
    assert b"You are signed out" in stranger.browser.get("/oidc/end-session").content
