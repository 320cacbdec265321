"""Passkeys with a real browser and its virtual authenticator, and every page of identity in it.

Chromium is found where Debian puts it; without one the tests are skipped, in CI they must run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from saola_identity.accounts.api import Event
from saola_identity.authentication.models import Passkey

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
THEME = Path(__file__).parents[3] / "theme"
AXE = THEME / "node_modules" / "axe-core" / "axe.min.js"
STYLES = THEME / "src" / "saola_theme" / "static" / "saola" / "saola.css"


Story = Callable[[Any], None]


@pytest.fixture
def address(live_server: Any, settings: Any) -> str:
    """Our own site under the name that passkeys allow without encryption."""
    found = live_server.url.replace("127.0.0.1", "localhost")
    settings.IDENTITY = replace(settings.IDENTITY, issuer=found)
    return str(found)


@pytest.fixture
def in_browser(address: str) -> Callable[[Story], None]:
    """Play a story in a tab of a fresh browser.

    In a thread of its own: the browser's library runs an event loop there, which Django's database
    connections must not share. So a story asks the page only, and the test asks the database afterwards.
    """
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium")
        pytest.skip("there is no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    def play(story: Story) -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM)
            try:
                page = browser.new_page()
                page.set_default_timeout(10_000)
                story(page)
            finally:
                browser.close()

    def start(story: Story) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(play, story).result(timeout=120)

    return start


def authenticator(page: Any, *, verifies: bool = True) -> tuple[Any, str]:
    """A made-up device that keeps passkeys; it stands in for the fingerprint, too."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verifies, "automaticPresenceSimulation": True,
    }  # fmt: skip
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def be_ada(page: Any, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="Be this person").click()
    page.wait_for_url(f"{address}/")


def add_passkey(page: Any) -> None:
    page.get_by_label("A name for the new passkey").fill("My test device")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey was added").wait_for()


def sign_out(page: Any) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")


def test_a_passkey_is_added_and_then_signs_in(in_browser, address, person):
    def story(page: Any) -> None:
        authenticator(page)
        be_ada(page, address)
        add_passkey(page)
        sign_out(page)
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{address}/")
        page.get_by_role("rowheader", name="My test device").wait_for()

    in_browser(story)
    key = Passkey.objects.get(account=person)
    assert key.last_used_at is not None
    event = Event.objects.filter(account=person, kind="signed-in").first()
    assert event is not None
    bound = key.single_device
    assert event.detail == {
        "acr": "high" if bound else "substantial",
        "amr": ["hwk" if bound else "swk", "user", "mfa"],
    }


def test_a_removed_passkey_opens_nothing_any_more(in_browser, address, person):
    def story(page: Any) -> None:
        authenticator(page)
        be_ada(page, address)
        add_passkey(page)
        page.get_by_role("button", name="Remove My test device").click()
        page.get_by_text("The passkey was removed").wait_for()
        sign_out(page)
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.get_by_text("That passkey was not accepted").wait_for()

    in_browser(story)
    assert Event.objects.filter(kind="sign-in-failed").exists()


def test_a_device_that_did_not_verify_the_person_opens_nothing(in_browser, address, person):
    def story(page: Any) -> None:
        session, device = authenticator(page)
        be_ada(page, address)
        add_passkey(page)
        sign_out(page)
        session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.get_by_text("the passkey was not used").wait_for()
        page.goto(f"{address}/")
        assert page.url.startswith(f"{address}/sign-in")

    in_browser(story)
    assert Event.objects.filter(account=person, kind="signed-in").count() == 1


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_fit_a_phone_and_hinder_nobody(in_browser, address, person, width):
    if not AXE.exists() or not STYLES.exists():
        pytest.skip("the theme is not built")

    def story(page: Any) -> None:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{address}/sign-in")
        check(page)
        page.locator("li.saola-card button").click()
        page.wait_for_url(f"{address}/")
        for path in ("/", "/oidc/authorize?client_id=nobody", "/oidc/end-session", "/nowhere"):
            page.goto(address + path)
            check(page)

    in_browser(story)
    assert Event.objects.filter(account=person, kind="signed-in").count() == 1


def check(page: Any) -> None:
    """Nothing sticks out, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [violation["id"] for violation in found["violations"]] == [], page.url
