"""The sign-in pages."""

from __future__ import annotations

import pytest
from django.test import Client
from saola_identity.accounts.api import Event


def test_the_page_asks_who_one_would_like_to_be(browser, person):
    page = browser.get("/sign-in").content.decode()
    assert "Who would you like to be?" in page
    assert person.full_name in page
    assert "2468" in page


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:x", "/\\evil.example", ""])
def test_signing_in_never_leads_to_another_site(browser, person, address):
    response = browser.post(f"/sign-in/as/{person.pk}", {"next": address})
    assert response["Location"] == "/"


def test_signing_in_changes_the_session_key(browser, person):
    browser.post(f"/sign-in/as/{person.pk}")
    first = browser.cookies["saola_identity_session"].value
    browser.post(f"/sign-in/as/{person.pk}")
    assert browser.cookies["saola_identity_session"].value != first


def test_the_own_page_shows_what_happened(portal):
    portal.tokens()
    page = portal.browser.get("/").content.decode()
    assert "You signed in" in page
    assert "A site received your details" in page
    assert "The portal" in page


def test_signing_out_ends_the_session_and_is_recorded(portal, person):
    assert portal.browser.post("/sign-out")["Location"] == "/sign-in"
    assert portal.browser.get("/")["Location"].startswith("/sign-in")
    assert Event.objects.filter(account=person, kind="signed-out").exists()


def test_signing_out_needs_a_post(portal):
    assert portal.browser.get("/sign-out").status_code == 405


def test_signing_in_from_another_site_s_form_is_refused(person):
    response = Client(enforce_csrf_checks=True).post(f"/sign-in/as/{person.pk}")
    assert response.status_code == 403
    assert b"reference number" in response.content


def test_pages_forbid_frames_and_foreign_scripts(browser, db):
    response = browser.get("/sign-in")
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http://localhost:8001" in policy
    assert response["X-Frame-Options"] == "DENY"


def test_nothing_inline_stands_in_the_pages(portal):
    for path in ("/", "/sign-in"):
        page = portal.browser.get(path).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count('<script type="module" src=')


def test_health_says_ok_when_the_database_answers(browser, db):
    assert browser.get("/health").json() == {"status": "ok"}


def test_a_page_that_is_not_there_says_so_with_a_reference_number(browser, db):
    response = browser.get("/nowhere")
    assert response.status_code == 404
    assert b"Page not found" in response.content
    assert b"reference number" in response.content


def test_whoever_sat_here_before_leaves_nothing_behind(portal, another_person, become):
    portal.browser.post("/passkeys/options", data="{}", content_type="application/json")
    assert "passkey_register" in portal.browser.session
    become(portal.browser, another_person)
    assert "passkey_register" not in portal.browser.session
