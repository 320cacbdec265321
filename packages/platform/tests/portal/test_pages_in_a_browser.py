"""Every page of the portal in a real browser: axe finds nothing, nothing is wider than a phone, no script is needed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from saola_exchange.client import ExchangeUnavailable, FakeExchange
from saola_platform.kernel import trust
from saola_platform.kernel.peers import FakePeers
from saola_platform.portal import tasks
from saola_platform.portal.models import StoredResult, Submission
from saola_trust.services.fakes import FakeTrust

from .conftest import (
    ABOUT,
    CHILD,
    CODE,
    DOSSIERS,
    MARRIAGES,
    OWNER,
    USAGES,
    FakeIdentity,
    begin,
    fill,
    receipt,
    signed_in_client,
)
from .papers import PDF
from .test_following import OneStop, asking, event, result
from .test_knowing import use

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


class SigningAtOnce(FakeIdentity):
    """An identity service whose page signs and comes straight back."""

    def _open(self, request: Any) -> Any:
        answer = super()._open(request)
        self.person_signs()
        return type(answer)(status=201, body=answer.body.replace(b"http://identity.example/sign/r", self.back + b"#"))

    @property
    def back(self) -> bytes:
        return str(self.asked[-1]["return_url"]).encode()


@pytest.fixture
def live(
    django_db_setup: None, registers: FakeExchange, live_server: Any, using_site: Any, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """The portal over HTTP, with the real time. The database is named first, so that it outlives the server."""
    del django_db_setup
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's library runs a loop in this thread
    using_site(public_url=live_server.url)
    registers.answers(method="GET", service=USAGES, body={"items": [use()], "total": 1})
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
            # Under the browser's loop Django keeps connections of its own, which nobody else would close.
            connections.close_all()


@pytest.fixture
def signing(fake_peers: FakePeers) -> Iterator[FakeTrust]:
    """Trust services at the real time, and somebody who signs at once."""
    fabric = FakeTrust(at=datetime.now(UTC) + timedelta(seconds=60))
    SigningAtOnce(peers=fake_peers, fabric=fabric)
    with trust.using(services=fabric.trusted, evidence=fabric):
        yield fabric


def window(chromium: Any, live: Any, *, client: Client | None, width: int, scripts: bool = True) -> Any:
    """A page of a browser window, signed in when a client is given."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts, bypass_csp=scripts
    )
    cookies = client.cookies.items() if client else ()
    context.add_cookies([{"name": name, "value": one.value, "url": live.url} for name, one in cookies])
    context.set_default_timeout(15_000)
    return context.new_page()


def look(page: Any, address: str = "", *, name: str) -> None:
    """Hold the page to what every page must keep, with everything unfolded."""
    if address:
        page.goto(address)
    for details in page.query_selector_all("details"):
        details.evaluate("element => element.open = true")
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{page.viewport_size['width']}.png", full_page=True)
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html)])")
    assert found == [], name
    overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overhang <= 0, f"{name} is {overhang} pixels too wide"


def person() -> Client:
    return signed_in_client(at=datetime.now(UTC))


def posted(client: Client, address: str, **fields: Any) -> None:
    assert client.post(address, fields).status_code in {302, 201}


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_of_applying_is_accessible_and_fits(
    live: Any, chromium: Any, registers: FakeExchange, width: int
) -> None:
    client = person()
    stranger = window(chromium, live, client=None, width=width)
    page = window(chromium, live, client=client, width=width)
    look(stranger, live.url + "/", name="home")
    look(stranger, live.url + "/find/?q=birth", name="found")
    look(stranger, live.url + "/find/?q=elephant", name="found-nothing")
    look(stranger, live.url + f"/procedures/{CODE}/", name="procedure")
    look(stranger, live.url + "/procedures/1.002/", name="not-online")
    look(stranger, live.url + "/about-this-demo/", name="about")
    look(page, live.url + "/dossiers/", name="no-dossiers")
    look(page, live.url + f"/procedures/{CODE}/start", name="start")
    down = ExchangeUnavailable(code="server.serverproxy.network_error", message="down")
    registers.fails(method="GET", service=MARRIAGES, error=down)
    address = live.url + begin(client)
    look(page, address, name="overview")
    look(page, address + "authority", name="authority")
    look(page, address + "sections/about", name="prefilled")
    page.fill("[name=name]", "")
    page.fill("[name=born_0]", "45")
    page.click("#continue")
    look(page, name="errors")
    posted(client, f"{address}sections/about".removeprefix(live.url), **ABOUT, name_changed="x")
    look(page, address + "sections/child", name="child")
    look(page, address + "papers", name="papers")
    page.click("#continue")
    look(page, name="papers-missing")
    look(page, address + "discard", name="discard")
    client.post(f"{address}sections/child".removeprefix(live.url), CHILD | {"other_known": "yes"})
    look(page, address + "sections/child", name="opened-questions")
    fill(client, address.removeprefix(live.url))
    look(page, address + "review", name="review")
    look(page, live.url + "/my-data/usages/", name="usages")
    look(page, live.url + "/applications/00000000-0000-0000-0000-000000000000/", name="not-found")


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_of_following_is_accessible_and_fits(
    live: Any,
    chromium: Any,
    registers: FakeExchange,
    signing: FakeTrust,
    gateway_headers: dict[str, str],
    width: int,
) -> None:
    del signing
    client = person()
    page = window(chromium, live, client=client, width=width)
    address = begin(client)
    fill(client, address)
    client.post(address + "sign")
    client.get(address + "signed")
    submission = Submission.objects.get(owner=OWNER)
    dossier = f"{live.url}/dossiers/{submission.id}/"
    look(page, dossier, name="sending")
    registers.answers(method="POST", service=DOSSIERS, path="/dossiers", status=201, body=receipt())
    tasks.hand_over_submission(submission_id=str(submission.id))
    look(page, dossier, name="received")
    onestop = OneStop(gateway_headers)
    submission.refresh_from_db()
    assert onestop.post("events", asking(submission)).status_code == 201
    look(page, dossier, name="asked")
    look(page, dossier + "complete", name="complete")
    page.click("#sign")
    look(page, name="complete-errors")
    upload = {"file": SimpleUploadedFile("p.pdf", PDF)}
    client.post(f"/dossiers/{submission.id}/complete/files", upload)
    look(page, dossier + "complete", name="complete-with-file")
    done = event(submission, type="result-ready", status="result-ready", at="2026-06-03T10:00:00+07:00")
    assert onestop.post("results", result(submission)).status_code == 201
    assert onestop.post("events", done).status_code == 201
    look(page, dossier, name="done")
    look(page, f"{live.url}/results/{StoredResult.objects.get().result_id}/", name="result")
    look(page, live.url + "/my-documents/", name="my-documents")
    look(page, live.url + "/dossiers/", name="dossiers")
    look(page, live.url + "/notices/", name="notices")


def test_the_whole_way_needs_no_scripts(live: Any, chromium: Any, signing: FakeTrust, tmp_path: Path) -> None:
    del signing
    paper = tmp_path / "notice.pdf"
    paper.write_bytes(PDF)
    page = window(chromium, live, client=person(), width=320, scripts=False)
    page.goto(live.url + "/")
    page.fill("#q", "newborn")
    page.click(".saola-search button")
    page.click(f"[data-testid='service-{CODE}'] a")
    page.click("#start")
    page.click("#begin")
    page.click("text=About you")
    page.click("#continue")
    for name, value in CHILD.items():
        if name in {"sex", "other_known"}:
            page.check(f"[name={name}][value={value}]")
        else:
            page.fill(f"[name={name}]", value)
    page.click("#continue")
    page.set_input_files("#file-notice", str(paper))
    page.click("#paper-notice form:has(#file-notice) button")
    page.click("#continue")
    page.click("#sign")
    assert "/dossiers/" in page.url
    assert page.is_visible("[data-testid=sending]")
