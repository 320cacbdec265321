"""Every page of the desk in a real browser: axe finds nothing, nothing is wider than a phone, the keyboard suffices."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from saola_platform.cases import completions
from saola_platform.cases.actions import Choice, decide
from saola_platform.kernel import clock

from .desk import Desk, browser_of, completion

sync_api = pytest.importorskip("playwright.sync_api")
ROOT = Path(__file__).parents[4]
AXE = ROOT / "packages" / "theme" / "node_modules" / "axe-core" / "axe.min.js"
STYLES = ROOT / "packages" / "theme" / "src" / "saola_theme" / "static" / "saola" / "saola.css"
CHROMIUM = Path(os.environ.get("SAOLA_CHROMIUM", "/usr/bin/chromium"))
PICTURES = os.environ.get("SAOLA_PICTURES")

pytestmark = [
    pytest.mark.skipif(
        not (CHROMIUM.exists() and AXE.exists() and STYLES.exists()), reason="needs Chromium and the built theme"
    ),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def live(desk: Desk, live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The desk served over HTTP, with a dossier in each stage."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's library runs a loop in this thread
    settings.LANGUAGES = list(desk.onestop.country.languages.items())
    settings.LOCALE_PATHS = [str(desk.onestop.country.folder / "locale")]
    return live_server


@pytest.fixture
def chromium(live: Any) -> Iterator[Any]:
    """A browser, closed afterwards."""
    del live
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM))
        try:
            yield browser
        finally:
            browser.close()
            # While the browser's loop runs, this thread has database connections of its own; nobody else closes them.
            connections.close_all()


def page_of(chromium: Any, live: Any, number: str, *, width: int, language: str = "en") -> Any:
    """A page of a browser window in which this person has signed in."""
    client = browser_of(number, name="A Person", at=datetime.now(UTC))
    cookies = [{"name": name, "value": one.value, "url": live.url} for name, one in client.cookies.items()]
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale=language)
    context.add_cookies(cookies)
    context.set_default_timeout(15_000)
    return context.new_page()


def look_at(page: Any, address: str, *, name: str) -> None:
    """Open a page and hold it to what every page must keep."""
    page.goto(address)
    for details in page.query_selector_all("details"):
        details.evaluate("element => element.open = true")
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    page.evaluate(AXE.read_text())
    violations = page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])")
    assert violations == [], name
    overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overhang <= 0, f"{name} is {overhang} pixels too wide"


@pytest.mark.parametrize(("language", "width"), [("vi", 320), ("en", 1280)])
def test_every_page_is_accessible_and_fits(desk: Desk, live: Any, chromium: Any, width: int, language: str) -> None:
    number, code = desk.onestop.officer.personal_number, desk.dossier.code
    officer = page_of(chromium, live, number, width=width, language=language)
    leader = page_of(chromium, live, desk.onestop.leader.personal_number, width=width, language=language)
    stranger = page_of(chromium, live, "000199000105", width=width, language=language)
    tail = f"{language}-{width}"
    look_at(officer, f"{live.url}/", name=f"queue-{tail}")
    look_at(officer, f"{live.url}/?state=ended", name=f"queue-empty-{tail}")
    look_at(officer, f"{live.url}/dossiers/{code}", name=f"examine-{tail}")
    look_at(stranger, f"{live.url}/", name=f"not-staff-{tail}")
    look_at(stranger, f"{live.url}/track/{code}", name=f"track-{tail}")
    desk.send(desk.officer, "request-completion", reason="A better scan.", documents=["birth-notice"])
    look_at(officer, f"{live.url}/dossiers/{code}", name=f"waiting-{tail}")
    key = uuid.uuid4()
    desk.dossier.refresh_from_db()
    completions.complete(code=code, container=completion(dossier=desk.dossier, key=key), key=str(key), at=clock.now())
    look_at(officer, f"{live.url}/dossiers/{code}", name=f"completed-{tail}")
    desk.onestop.peers.down.add("persons")
    desk.send(desk.officer, "grant")
    with pytest.raises(Exception, match="does not answer"):
        desk.work()
    look_at(officer, f"{live.url}/dossiers/{code}", name=f"stuck-{tail}")
    desk.onestop.peers.down.clear()
    desk.work()
    look_at(leader, f"{live.url}/dossiers/{code}", name=f"approve-{tail}")
    desk.dossier.refresh_from_db()
    choice = Choice(code, desk.step().pk, desk.dossier.version, "approve", signed=b"%PDF-1.4 signed")
    decide(official=desk.onestop.leader, choice=choice, at=clock.now())
    desk.work()
    look_at(officer, f"{live.url}/dossiers/{code}", name=f"granted-{tail}")


def test_a_decision_can_be_taken_with_the_keyboard_alone(desk: Desk, live: Any, chromium: Any) -> None:
    page = page_of(chromium, live, desk.onestop.officer.personal_number, width=1280)
    page.goto(f"{live.url}/dossiers/{desk.dossier.code}")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('form')?.id") == "decide-grant":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-notification-banner--success")
    desk.dossier.refresh_from_db()
    assert desk.dossier.steps.filter(node="reserve-number").exists()
