"""The journey in headless Chromium against the running state: every page looked at, on a phone and at a desk.

On each page axe must find nothing and nothing may be wider than the window; screenshots are kept as CI output.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from saola_command.demo.check.citizen import picture
from saola_command.demo.check.script import Person, Script, read_script

from .conftest import ROOT, RunningDemo, output_folder

sync_api = pytest.importorskip("playwright.sync_api")
AXE = ROOT / "packages" / "theme" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = Path(os.environ.get("SAOLA_CHROMIUM", "/usr/bin/chromium"))
WIDTHS = (320, 1280)
WAIT_SECONDS = 90

pytestmark = [
    pytest.mark.system,
    pytest.mark.xdist_group("vietnam"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium"),
]


@dataclass(slots=True)
class Window:
    """One person's browser window, and the pages that were looked at in it."""

    page: Any
    who: str

    def look(self, name: str) -> None:
        """Keep a picture at each width; axe finds nothing; nothing is wider than the window."""
        folder = output_folder() / "screenshots"
        folder.mkdir(exist_ok=True)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
            found = self.page.evaluate(
                "async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])"
            )
            assert found == [], f"{name} at {width}"
            overhang = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overhang <= 0, f"{name} is {overhang} pixels wider than {width}"

    def go(self, address: str, name: str | None = None) -> None:
        """Open an address, and look at it when it has a name."""
        self.page.goto(address)
        if name:
            self.look(name)

    def be(self, person: Person, name: str | None = None) -> None:
        """Choose who to be."""
        if name:
            self.look(name)
        self.page.get_by_role("button", name=re.compile(re.escape(person.full_name))).click()

    def fill(self, typed: Mapping[str, str]) -> None:
        """Type into the fields that are on the page."""
        for name, value in typed.items():
            for field in self.page.query_selector_all(f"main [name='{name}']"):
                if field.get_attribute("type") == "radio":
                    if field.get_attribute("value") == value:
                        field.evaluate("element => element.click()")
                elif field.evaluate("element => element.tagName") == "SELECT":
                    field.select_option(value)
                else:
                    field.fill(value)

    def send(self, selector: str = "main form") -> None:
        """Press the first button of the form."""
        with self.page.expect_navigation():
            self.page.locator(selector).locator("button:not([type=button])").first.click()

    def authorise(self, person: Person, name: str | None = None) -> None:
        """Type the PIN."""
        if name:
            self.look(name)
        self.page.fill("#pin", person.pin)
        self.send("form:has(#pin)")

    def until(self, address: str, selector: str) -> None:
        """Reload until something is there."""
        end = time.monotonic() + WAIT_SECONDS
        self.page.goto(address)
        while not self.page.query_selector(selector):
            assert time.monotonic() < end, f"{selector} did not appear at {address}"
            time.sleep(0.5)
            self.page.goto(address)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all windows."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM))
        try:
            yield browser
        finally:
            browser.close()


def window(chromium: Any, who: str, *, language: str) -> Window:
    """A fresh window: nobody is signed in."""
    context = chromium.new_context(locale=language, bypass_csp=True, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    return Window(page=context.new_page(), who=who)


def script_of(demo: RunningDemo) -> Script:
    folder = ROOT / "demo" / demo.country
    return read_script(folder=folder, people=folder / "people.yaml")


def test_the_journey_in_a_browser_with_every_page_looked_at(
    vietnam: RunningDemo, chromium: Any, tmp_path: Path
) -> None:
    script = script_of(vietnam)
    mother = window(chromium, "mother", language="vi")
    portal, onestop = vietnam.url("portal"), vietnam.url("onestop")

    mother.go(f"{portal}/about-this-demo/", "01-about-this-demo")
    mother.go(f"{portal}/", "02-home")
    mother.page.fill("input[name=q]", "dang ky khai sinh")
    mother.send("main form:has(input[name=q])")
    mother.look("03-found")
    mother.page.locator(f"a[href$='/procedures/{script.procedure}/']").first.click()
    mother.look("04-service")
    mother.page.locator("a[href$='/start']").first.click()
    mother.be(script.applicant, "05-who-would-you-like-to-be")
    mother.look("06-before-you-start")
    mother.send("main form:has(#begin)")
    application = re.sub(r"(/applications/[0-9a-f-]+/).*", r"\1", mother.page.url)

    fill_application(mother, application, script)
    mother.go(application + "papers", "08-papers")
    paper = tmp_path / "paper.jpg"
    paper.write_bytes(picture("paper.jpg", "hospital").content)
    mother.page.set_input_files(f"form[action$='/papers/{script.papers[0]}/add'] input[type=file]", paper)
    mother.send(f"form[action$='/papers/{script.papers[0]}/add']")
    mother.look("09-papers-added")
    mother.send("main form:has(#continue)")
    mother.go(application + "review", "10-review")
    mother.page.fill("#id_email", script.applicant.email)
    mother.send("form[action$='/sign']")
    mother.authorise(script.applicant, "11-sign")
    dossier = mother.page.url.split("?")[0]
    mother.until(dossier, "[data-testid=dossier-code]")
    mother.look("12-receipt")
    code = mother.page.inner_text("[data-testid=dossier-code]").strip()

    clerk = window(chromium, "clerk", language="vi")
    clerk.go(onestop + "/")
    clerk.be(script.clerk)
    clerk.look("13-queue")
    clerk.until(f"{onestop}/dossiers/{code}", f"#decide-{script.outcomes['ask']}")
    clerk.look("14-dossier")
    clerk.page.locator(f"details:has(#decide-{script.outcomes['ask']}) summary").click()
    clerk.page.fill(f"#decide-{script.outcomes['ask']} textarea", script.completion_request)
    clerk.send(f"#decide-{script.outcomes['ask']}")

    mother.until(dossier, "[data-testid=completion-request]")
    mother.look("15-something-is-missing")
    mother.go(dossier + "complete", "16-complete")
    mother.page.fill("#id_message", script.completion_answer)
    mother.send("form[action$='/complete'] div:has(> #sign)")
    mother.authorise(script.applicant)

    clerk.until(f"{onestop}/dossiers/{code}", f"#decide-{script.outcomes['propose']}")
    clerk.send(f"#decide-{script.outcomes['propose']}")
    leader = window(chromium, "leader", language="vi")
    leader.go(onestop + "/")
    leader.be(script.leader)
    leader.until(f"{onestop}/dossiers/{code}", f"#decide-{script.outcomes['sign']}")
    leader.look("17-certificate-to-sign")
    leader.send(f"#decide-{script.outcomes['sign']}")
    leader.authorise(script.leader, "18-leader-signs")

    mother.until(dossier, "[data-testid=result-link]")
    mother.look("19-decided")
    mother.page.locator("[data-testid=result-link]").first.click()
    mother.look("20-certificate-in-the-document-store")
    assert mother.page.get_attribute("[data-testid=verdict]", "data-verdict") == "valid"
    mother.go(f"{portal}/my-documents/", "21-document-store")
    assert mother.page.locator("[data-testid=result]").count() == 1
    mother.go(f"{portal}/dossiers/", "22-my-dossiers")
    mother.go(f"{portal}/notices/", "23-notices")
    mother.go(f"{portal}/my-data/usages/", "24-who-used-my-data")
    assert mother.page.locator("[data-testid=usage]").count() >= 3
    mother.go(vietnam.url("identity") + "/", "25-my-identity")
    for name in vietnam.layout["ports"]:
        if name.startswith("register-"):
            mother.go(vietnam.url(name) + "/", f"26-{name}")
    mother.go(f"{portal}/nowhere/", "27-not-found")
    mother.go(vietnam.url("mail") + "/", "28-letters")
    assert mother.page.locator("article").count() >= 1
    in_the_second_language(mother, portal, {"my-dossiers": f"{portal}/dossiers/", "my-dossier": dossier})
    cases = {"queue": f"{onestop}/?state=all", "case": f"{onestop}/dossiers/{code}"}
    in_the_second_language(clerk, onestop, cases)


def test_the_pages_in_the_second_language(vietnam: RunningDemo, chromium: Any) -> None:
    visitor = window(chromium, "visitor", language="en")
    portal = vietnam.url("portal")
    for path, name in (("/", "en-home"), ("/procedures/1.001193/", "en-service"), ("/about-this-demo/", "en-about")):
        visitor.go(portal + path)
        if visitor.page.get_attribute("html", "lang") != "en":
            visitor.page.locator("header").get_by_text("English").first.click()
            visitor.page.wait_for_load_state()
            visitor.go(portal + path)
        assert visitor.page.get_attribute("html", "lang") == "en"
        visitor.look(name)


def in_the_second_language(person: Window, site: str, pages: Mapping[str, str]) -> None:
    """Pages of one's own, after choosing English."""
    person.go(site + "/")
    person.page.locator("header").get_by_text("English").first.click()
    person.page.wait_for_load_state()
    for name, address in pages.items():
        person.go(address, f"en-{name}")
        assert person.page.get_attribute("html", "lang") == "en"


def test_sites_on_one_host_do_not_share_cookies(vietnam: RunningDemo, chromium: Any) -> None:
    script = script_of(vietnam)
    person = window(chromium, "mother", language="vi")
    person.go(vietnam.url("portal") + "/dossiers/")
    person.be(script.applicant)
    person.go(vietnam.url("onestop") + "/")
    names = [cookie["name"] for cookie in person.page.context.cookies()]
    assert len(names) == len(set(names))
    sessions = sorted(name for name in names if name.endswith("_session"))
    assert len(sessions) >= 2
    assert all(name.startswith("saola_") for name in names)


def fill_application(mother: Window, application: str, script: Script) -> None:
    """Every section in order; the first is looked at with what the registers filled in."""
    today = datetime.now(UTC).date()
    mother.go(application, "07-overview")
    addresses = [link.get_attribute("href") for link in mother.page.query_selector_all("a[href*='/sections/']")]
    sections = list(dict.fromkeys(str(one).rsplit("/sections/", 1)[1] for one in addresses))
    for number, section in enumerate(sections, 1):
        mother.go(f"{application}sections/{section}", f"07-section-{number}-{section}")
        for _ in range(3):  # questions that follow from an answer appear once it is saved
            mother.fill(script.typed(section=section, today=today))
            mother.send("main form:has(#continue)")
            if f"/sections/{section}" not in mother.page.url:
                break
        assert f"/sections/{section}" not in mother.page.url, mother.page.inner_text("main")[:500]
