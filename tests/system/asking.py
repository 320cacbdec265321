"""Plain requests to a running demo, exactly as they are written: nothing followed, repaired or repeated."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg
import yaml
from saola_command.demo import layout as places
from saola_command.demo.check.browser import Browser, Page
from saola_command.demo.check.citizen import Citizen, sign_in
from saola_command.demo.check.official import Official
from saola_command.demo.check.script import Person, Script, read_script

from .conftest import ROOT, RunningDemo

PORTAL, ONESTOP, PEOPLE, CIVIL_STATUS = "G22", "H26", "G01", "G15"
MEMBERS = (PORTAL, PEOPLE, CIVIL_STATUS, ONESTOP)
CLIENT = "VN-DEMO/GOV/G22/portal"
PERSONS = "VN-DEMO/GOV/G01/population/persons"
DOSSIERS = "VN-DEMO/GOV/H26/onestop/dossiers"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode(errors="replace")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        found: dict[str, Any] = json.loads(self.content)
        return found


def ask(
    origin: str,
    target: str = "/",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | Iterable[bytes] | None = None,
    timeout: float = 40.0,
) -> Answer:
    """One request; `target` goes out letter by letter, also where a browser would tidy it up."""
    address = urllib.parse.urlsplit(origin)
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=timeout)
    try:
        connection.request(method, target, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def secret(demo: RunningDemo, name: str) -> str:
    """A secret of the demo, as its operator can read it."""
    return (demo.data / "secrets" / name).read_text(encoding="utf-8").strip()


def gateway(demo: RunningDemo, member: str, port: int = places.CONSUMER) -> str:
    """The address of a member's gateway."""
    return f"http://{demo.layout['network']}.{10 + MEMBERS.index(member)}:{port}"


def exchange(
    demo: RunningDemo,
    target: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    without: tuple[str, ...] = (),
    **more: str,
) -> Answer:
    """A call of the portal through its own gateway; `target` begins after /r1/."""
    headers = {
        "X-Road-Client": CLIENT,
        "X-Saola-Client-Token": secret(demo, "client-G22.token"),
        "Saola-Purpose": "procedure%3A1.001193",
        "Saola-Legal-Ground": "test",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    kept = {name: value for name, value in headers.items() if name not in without}
    return ask(gateway(demo, PORTAL), f"/r1/{target}", method=method, headers=kept, body=body)


def script_of(demo: RunningDemo) -> Script:
    """What the people of the journey do."""
    folder = ROOT / "demo" / demo.country
    return read_script(folder=folder, people=folder / "people.yaml")


def somebody(demo: RunningDemo) -> Person:
    """A citizen who has nothing to do with the journey."""
    declared = yaml.safe_load((ROOT / "demo" / demo.country / "people.yaml").read_text(encoding="utf-8"))
    script = script_of(demo)
    known = {script.applicant.personal_number}
    found = next(one for one in declared["people"] if one["role"] == "citizen" and one["personal_number"] not in known)
    person = {**found, "pin": str(found["pin"])}
    names = Person.__dataclass_fields__
    return Person(**{name: str(person[name]) for name in names})


def citizen(demo: RunningDemo) -> Citizen:
    """The applicant of the journey with a fresh browser that does not wait for what is down."""
    script = script_of(demo)
    browser = Browser(language=script.language, patience=1.0)
    return Citizen(browser=browser, portal=demo.url("portal"), script=script, today=datetime.now(UTC).date())


def begin_again(one: Citizen) -> str:
    """Another application of somebody who is signed in; its address."""
    page = one.browser.get(f"{one.portal}/procedures/{one.script.procedure}/start")
    overview = one.browser.submit(page, page.form(action_ends="/start"))
    return re.sub(r"(/applications/[0-9a-f-]{36}/).*", r"\1", overview.url)


def discard(one: Citizen, application: str) -> None:
    """Delete an application that was not sent."""
    page = one.browser.get(application + "discard")
    one.browser.submit(page, page.form(action_ends="/discard"))


def official(demo: RunningDemo, person: Person) -> Official:
    """Somebody at the desk of the one-stop."""
    return Official(Browser(language=script_of(demo).language, patience=1.0), demo.url("onestop"), person)


def signed_in(demo: RunningDemo, person: Person, *, site: str = "portal") -> Browser:
    """A browser in which that person is signed in to a site."""
    browser = Browser(language=script_of(demo).language, patience=1.0)
    sign_in(browser, browser.get(f"{demo.url(site)}/sign-in?level=substantial&next=/"), person)
    return browser


def cookies(browser: Browser) -> dict[str, str]:
    """What the browser keeps; cookies know no ports, so those of all sites stand together."""
    return {one.name: one.value or "" for one in browser._jar}


def cookie_header(browser: Browser) -> str:
    """The same as the header of a plain request."""
    return "; ".join(f"{name}={value}" for name, value in cookies(browser).items())


def token_of(page: Page) -> str:
    """The token that a form on the page must carry."""
    return str(page.html.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0])


def rows(demo: RunningDemo, owner: str, question: LiteralString, *values: str) -> list[tuple[Any, ...]]:
    """What a database answers behind everybody's back."""
    configuration = yaml.safe_load((demo.data / "configurations" / f"{owner}.yaml").read_text(encoding="utf-8"))
    with psycopg.connect(configuration["database"]) as connection:
        return connection.execute(question, values).fetchall()
