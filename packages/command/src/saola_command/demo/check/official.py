"""The officials' side of the journey, in the back office: the queue, a dossier, the decisions."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from saola_command.demo.check.browser import Browser, Page
from saola_command.demo.check.citizen import WAIT_SECONDS, authorise, sign_in
from saola_command.demo.check.script import Person
from saola_command.errors import JourneyFailed


@dataclass(frozen=True, slots=True)
class Official:
    """An official with a browser."""

    browser: Browser
    onestop: str
    person: Person

    def open(self, code: str) -> Page:
        """Find the dossier in the queue, signing in on the way; the dossier's page with what can be done there."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            queue = self._queue(code)
            links = [str(url) for url in queue.html.xpath("//a/@href") if f"/dossiers/{code}" in str(url)]
            if links:
                return self.browser.get(links[0])
            if time.monotonic() > end:
                raise JourneyFailed(f"{code} does not stand in the queue.", remedy=queue.text[:600])
            time.sleep(0.3)

    def act(self, code: str, *, outcome: str, reason: str = "") -> None:
        """Take one decision, as soon as it is this official's turn."""
        page, form = self._turn(code, outcome)
        while True:
            page = self.browser.submit(page, form, values={"reason": reason} if reason else {})
            if page.status != 409:
                return self._accepted(page, outcome)
            # The dossier has changed meanwhile; or the first answer was lost, and then the decision is taken.
            page = self.open(code)
            form = _offered(page, outcome)
            if form is None:
                return None

    def sign(self, code: str, *, outcome: str) -> None:
        """Look at the certificate, and sign it; again where the signature did not come through."""
        page, _ = self._turn(code, outcome)
        document = str(page.one("//iframe/@src", what="document to decide on"))
        if not self.browser.get(document).content.startswith(b"%PDF-"):
            raise JourneyFailed(f"The document at {document} is no PDF.")
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            page = self.open(code)
            form = _offered(page, outcome)
            if form is None:
                return  # decided: the same form is not offered twice
            page = self.browser.submit(page, form)
            if page.html.xpath("//input[@name='pin']"):
                authorise(self.browser, page, self.person)
            time.sleep(0.5)
        raise JourneyFailed("The certificate could not be signed.", remedy=page.text[:900])

    def _queue(self, code: str) -> Page:
        address = f"{self.onestop}/?state=all&q={code}"
        page = self.browser.get(address)
        if not page.url.startswith(self.onestop):
            sign_in(self.browser, page, self.person)
            page = self.browser.get(address)
        return page

    def _turn(self, code: str, outcome: str) -> tuple[Page, Any]:
        """The dossier's page with the form of that outcome, once it is offered."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            page = self.open(code)
            form = _offered(page, outcome)
            if form is not None:
                return page, form
            if time.monotonic() > end:
                raise JourneyFailed(f"{outcome!r} is not offered for {code}.", remedy=page.text[:900])
            time.sleep(0.3)

    def _accepted(self, page: Page, outcome: str) -> None:
        if page.status >= 400 or page.html.xpath("//*[contains(@class, 'govuk-error-summary')]"):
            raise JourneyFailed(f"{outcome!r} was answered {page.status}.", remedy=page.text[:900])


def _offered(page: Page, outcome: str) -> Any:
    """The form of that outcome on the dossier's page, None when it is not this official's turn."""
    return next((form for form in page.html.forms if form.get("id") == f"decide-{outcome}"), None)
