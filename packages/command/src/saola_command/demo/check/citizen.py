"""The applicant's side of the journey, on the portal: search, apply, sign, answer, receive, look who read what."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from PIL import Image, ImageDraw

from saola_command.demo.check.browser import Browser, Page, Upload
from saola_command.demo.check.script import Person, Script
from saola_command.errors import JourneyFailed

WAIT_SECONDS = 90.0
# The message identifier that stands beside a field which a register filled in.
PROVENANCE = "//*[starts-with(@data-testid, 'origin-') and @data-state='prefilled']//a/*[@class='saola-digest']/text()"
SECTION = re.compile(r"/sections/([\w-]+)$")


@dataclass(frozen=True, slots=True)
class Usage:
    """One line of "who used my data": what it says, and where its evidence is."""

    text: str
    message_id: str
    evidence_url: str


@dataclass(slots=True)
class Citizen:
    """The applicant with a browser."""

    browser: Browser
    portal: str
    script: Script
    today: date

    @property
    def person(self) -> Person:
        """Who this is."""
        return self.script.applicant

    def find(self) -> Page:
        """Type each of the script's words; the procedure must be found by every one. The service's page."""
        home = self.browser.get(self.portal + "/")
        page = home
        for words in self.script.searches:
            page = self.browser.submit(home, home.form(having="q"), values={"q": words})
            if not _links(page, f"/procedures/{self.script.procedure}/"):
                raise JourneyFailed(
                    f"Searching {words!r} does not find {self.script.procedure}.", remedy=page.text[:500]
                )
        page = self.browser.get(_links(page, f"/procedures/{self.script.procedure}/")[0])
        missing = [words for words in self.script.shown if words.casefold() not in page.text.casefold()]
        if missing:
            raise JourneyFailed(f"The service's page does not say {missing}.", remedy=page.text[:800])
        return page

    def begin(self, service: Page) -> str:
        """Start the form, signing in on the way; the address of the new application."""
        start = self.browser.get(_links(service, "/start")[0])
        start = sign_in(self.browser, start, self.person)
        if not start.url.split("?")[0].endswith("/start"):
            start = self.browser.get(f"{self.portal}/procedures/{self.script.procedure}/start")
        overview = self.browser.submit(start, start.form(action_ends="/start"))
        found = re.search(r"(.*/applications/[0-9a-f-]{36}/)", overview.url)
        if not found:
            raise JourneyFailed(f"No application was begun: {overview.url}", remedy=overview.text[:500])
        return found.group(1)

    def fill(self, application: str) -> list[str]:
        """Fill in every section; the message identifiers that stand beside the prefilled fields."""
        identifiers: list[str] = []
        done: set[str] = set()
        while True:
            overview = self._read_again(application)
            sections = [match.group(1) for url in _links(overview, "/sections/") if (match := SECTION.search(url))]
            left = [one for one in dict.fromkeys(sections) if one not in done]
            if not left:
                break
            identifiers += self._fill_section(application, left[0])
            done.add(left[0])
        self._choose_authority(application)
        if not identifiers:
            raise JourneyFailed("No field was prefilled from a register.")
        return sorted(set(identifiers))

    def attach(self, application: str) -> None:
        """Upload each paper that the script names, and say that the papers are complete."""
        page = self.browser.get(application + "papers")
        for paper in self.script.papers:
            form = page.form(action_ends=f"/papers/{paper}/add")
            page = self.browser.submit(page, form, files={"file": picture(f"{paper}.jpg", "demonstration")})
            _refuse_errors(page)
        page = self.browser.submit(page, page.form(action_ends="/papers"))
        _refuse_errors(page)

    def sign(self, application: str) -> str:
        """Review and sign, again where nothing was sent; the dossier's page, on which the receipt appears."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            page = self.browser.get(application + "review")
            if "/dossiers/" not in page.url:
                page = self.browser.submit(page, page.form(action_ends="/sign"), values={"email": self.person.email})
            if "/dossiers/" not in page.url and _asks_pin(page):
                page = authorise(self.browser, page, self.person)
            if "/dossiers/" in page.url:
                return page.url.split("?")[0]
            if time.monotonic() > end:
                raise JourneyFailed(f"After signing the browser stands at {page.url}.", remedy=page.text[:500])
            time.sleep(0.5)

    def receipt(self, dossier: str) -> str:
        """Wait for the receipt; the dossier's code. The page must show its QR."""
        page = self._until(dossier, lambda p: bool(p.html.xpath("//*[@data-testid='dossier-code']")), "receipt")
        code = page.one("//*[@data-testid='dossier-code']", what="dossier code").text_content().strip()
        page.one("//*[@data-testid='receipt']//img", what="QR code")
        return str(code)

    def complete(self, dossier: str) -> None:
        """Wait for the official's request, answer it with words and a file, sign."""
        page = self._until(dossier, lambda p: bool(_links(p, "/complete")), "request to complete")
        page = self.browser.get(_links(page, "/complete")[0])
        if self.script.completion_request not in page.text:
            raise JourneyFailed("The official's words are not shown.", remedy=page.text[:500])
        page = self.browser.submit(
            page,
            page.form(action_ends="/complete"),
            values={"message": self.script.completion_answer},
            files={"file": picture("page-2.jpg", "second page")},
            press="add-file",
        )
        _refuse_errors(page)
        if self.script.completion_answer not in page.text:
            raise JourneyFailed("The answer is lost when a file is added.", remedy=page.text[:500])
        address = page.url.split("#")[0]
        end = time.monotonic() + WAIT_SECONDS
        while True:
            form = page.form(action_ends="/complete")
            page = self.browser.submit(page, form, press="sign")
            if _asks_pin(page):
                page = authorise(self.browser, page, self.person)
            page = self.browser.get(address)
            if not page.url.split("?")[0].endswith("/complete"):
                return  # there is nothing to complete any more: the answer is on its way
            if time.monotonic() > end:
                raise JourneyFailed("The answer could not be signed.", remedy=page.text[:500])
            time.sleep(0.5)

    def result(self, dossier: str) -> bytes:
        """Wait until the result is in the document store; the certificate's bytes."""
        self._until(dossier, lambda p: bool(_links(p, "/results/")), "result")
        address = _links(self.browser.get(dossier), "/results/")[0]
        # "Cannot be checked at the moment" is said while the trusted list is away: then the page is opened again.
        judged = "//*[@data-testid='verdict' and @data-verdict!='unknown']"
        page = self._until(address, lambda p: bool(p.html.xpath(judged)), "verdict on the signatures")
        verdict = page.one(judged, what="verdict on the signatures").get("data-verdict")
        signatures = page.html.xpath("//*[@data-testid='signature']")
        if verdict != "valid" or len(signatures) != 2:
            said = [" ".join(one.text_content().split()) for one in signatures]
            raise JourneyFailed(f"The certificate must bear two valid signatures; it is {verdict!r} with {said}.")
        return self.browser.get(_links(page, "/file")[0]).content

    def notices(self) -> int:
        """How many notices the person has had."""
        page = self.browser.get(self.portal + "/notices/")
        return len(page.html.xpath("//main//time"))

    def letters(self, mailbox: str, dossier: str, *, at_least: int) -> int:
        """How many letters that lead to the dossier have arrived, waiting for so many: post takes its time."""
        number = dossier.rstrip("/").rsplit("/", 1)[-1]

        def about(page: Page) -> list[Any]:
            letters = [one.text_content() for one in page.html.xpath("//article")]
            return [words for words in letters if number in words and self.person.email in words]

        return len(about(self._until(mailbox + "/", lambda page: len(about(page)) >= at_least, "letters")))

    def usages(self) -> list[Usage]:
        """Every line of "who used my data"."""
        found: list[Usage] = []
        silent = "//*[starts-with(@data-testid, 'silent-')]"
        page = self._until(self.portal + "/my-data/usages/", lambda p: not p.html.xpath(silent), "registers' answer")
        while True:
            for row in page.html.xpath("//*[@data-testid='usage']"):
                link = str(row.xpath(".//a[@data-testid='usage-evidence']/@href")[0])
                found.append(Usage(" ".join(row.text_content().split()), link.split("/")[-2], link))
            following = page.html.xpath("//a[@rel='next']/@href")
            if not following:
                return found
            page = self.browser.get(str(following[0]))

    def _read_again(self, address: str) -> Page:
        """The overview or a section, after pressing "try again" as long as a register is silent."""

        def all_have_answered(page: Page) -> bool:
            again = [form for form in page.html.forms if str(form.get("action")).endswith("/read-again")]
            if again:
                self.browser.submit(page, again[0])
            return not again

        return self._until(address, all_have_answered, "registers' answer")

    def _fill_section(self, application: str, section: str) -> list[str]:
        address = f"{application}sections/{section}"
        typed = self.script.typed(section=section, today=self.today)
        identifiers: list[str] = []
        for _ in range(3):  # questions that follow from an answer appear once it is saved, and registers fill them
            page = self._read_again(address)
            identifiers += [str(one).strip() for one in page.html.xpath(PROVENANCE)]
            form = page.form(action_ends=f"/sections/{section}")
            present = {name: value for name, value in typed.items() if name in set(form.fields.keys())}
            page = self.browser.submit(page, form, values=present)
            _refuse_errors(page)
            if not page.url.split("#")[0].endswith(f"/sections/{section}"):
                return identifiers
            self._read_again(application)  # the answer may have led to a register that is silent just now
        raise JourneyFailed(f"The section {section!r} is never complete.", remedy=page.text[:800])

    def _choose_authority(self, application: str) -> None:
        overview = self.browser.get(application)
        for url in _links(overview, "/authority"):
            page = self.browser.get(url)
            form = page.form(having="authority")
            choices = form.xpath(".//input[@name='authority']/@value")
            self.browser.submit(page, form, values={"authority": str(choices[0])})

    def _until(self, url: str, condition: Callable[[Page], bool], what: str) -> Page:
        end = time.monotonic() + WAIT_SECONDS
        while True:
            page = self.browser.get(url)
            if condition(page):
                return page
            if time.monotonic() > end:
                raise JourneyFailed(f"The {what} did not come within {WAIT_SECONDS:.0f} s.", remedy=page.text[:800])
            time.sleep(0.3)


def sign_in(browser: Browser, page: Page, person: Person) -> Page:
    """On the demo's page "who would you like to be", be that person; nothing where someone is signed in already."""
    for form in page.html.forms:
        if person.full_name in form.text_content():
            return browser.submit(page, form)
    raise JourneyFailed(f"Nobody can be {person.full_name} at {page.url}.", remedy=page.text[:800])


def authorise(browser: Browser, page: Page, person: Person) -> Page:
    """On identity's page: type the PIN for what is shown there."""
    return browser.submit(page, page.form(having="pin"), values={"pin": person.pin})


def _asks_pin(page: Page) -> bool:
    return bool(page.html.xpath("//input[@name='pin']"))


def picture(name: str, words: str) -> Upload:
    """A small photograph of a paper."""
    image = Image.new("RGB", (640, 480), "white")
    ImageDraw.Draw(image).text((40, 40), f"{words}\n(demonstration)", fill="black")
    content = io.BytesIO()
    image.save(content, "JPEG")
    return Upload(name, content.getvalue(), "image/jpeg")


def _links(page: Page, part: str) -> list[str]:
    """Addresses on the page whose path ends with `part`, or goes through it."""
    addresses: list[Any] = page.html.xpath("//a/@href")
    paths = [(str(url), str(url).split("?")[0].split("#")[0]) for url in addresses]
    return [url for url, path in paths if path.endswith(part) or (part.endswith("/") and part in path)]


def _refuse_errors(page: Page) -> None:
    summary = page.html.xpath("//*[contains(@class, 'govuk-error-summary')]")
    if summary or page.status >= 400:
        words = " ".join(summary[0].text_content().split()) if summary else page.text[:400]
        raise JourneyFailed(f"{page.url} refused with {page.status}: {words}")
