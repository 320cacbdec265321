"""What strangers, curious neighbours and other sites try against a running state, and what they must not get."""

from __future__ import annotations

import re
import socket
import ssl
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from saola_command.demo import layout as places
from saola_command.demo.check.browser import Browser
from saola_command.demo.check.citizen import Citizen, sign_in

from .asking import (
    CLIENT,
    MEMBERS,
    PEOPLE,
    PERSONS,
    PORTAL,
    ask,
    begin_again,
    cookie_header,
    discard,
    exchange,
    gateway,
    official,
    script_of,
    secret,
    signed_in,
    somebody,
)
from .conftest import ROOT, RunningDemo

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("vietnam"), pytest.mark.timeout(300)]

SITES = ("portal", "onestop", "identity", "register-population", "register-civil-status")
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A dossier that the applicant has sent and that waits for the clerk, and one of her unfinished applications."""

    mother: Citizen
    draft: str
    dossier: str
    code: str


@pytest.fixture(scope="module")
def waiting(vietnam: RunningDemo) -> Iterator[Waiting]:
    """Applied for once; the dossier stays with the clerk, as any that nobody has decided yet."""
    script = script_of(vietnam)
    browser = Browser(language=script.language)
    mother = Citizen(browser=browser, portal=vietnam.url("portal"), script=script, today=datetime.now(UTC).date())
    application = mother.begin(mother.find())
    mother.fill(application)
    mother.attach(application)
    dossier = mother.sign(application)
    code = mother.receipt(dossier)
    draft = begin_again(mother)
    yield Waiting(mother=mother, draft=draft, dossier=dossier, code=code)
    discard(mother, draft)


@pytest.mark.parametrize("site", SITES)
def test_pages_carry_what_browsers_enforce(vietnam: RunningDemo, site: str) -> None:
    answer = ask(vietnam.url(site), "/sign-in" if site == "identity" else "/")
    headers = answer.headers
    assert answer.status in {200, 302}
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]
    for cookie in headers.get_all("Set-Cookie") or []:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("site", SITES)
def test_a_site_answers_to_its_own_name_only(vietnam: RunningDemo, site: str) -> None:
    answer = ask(vietnam.url(site), headers={"Host": "evil.example"})
    assert answer.status == 400
    assert "evil.example" not in answer.text


@pytest.mark.parametrize("site", SITES)
def test_what_is_not_there_tells_nothing_of_the_inside(vietnam: RunningDemo, site: str) -> None:
    for target in (
        "/no-such-page",
        "/static/../../secrets/operator.token",
        "/static/%2e%2e/%2e%2e/layout.json",
        "/%00",
    ):
        answer = ask(vietnam.url(site), target)
        assert answer.status in {400, 404}, target
        for inside in ("Traceback", "DEBUG", "urlpatterns", "site-packages", str(ROOT)):
            assert inside not in answer.text


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("site", ["portal", "onestop"])
def test_signing_in_leads_to_no_other_site(vietnam: RunningDemo, site: str, elsewhere: str) -> None:
    script = script_of(vietnam)
    browser = Browser(language=script.language, patience=1.0)
    address = f"{vietnam.url(site)}/sign-in?level=substantial&next={urllib.parse.quote(elsewhere, safe='')}"
    arrived = sign_in(browser, browser.get(address), script.clerk)
    assert arrived.url.startswith(vietnam.url(site) + "/")


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_identity_redirects_to_registered_sites_only(vietnam: RunningDemo, elsewhere: str) -> None:
    redirect = urllib.parse.quote(elsewhere, safe="")
    query = (
        "response_type=code&client_id=portal&scope=openid&code_challenge=" + "a" * 43 + "&code_challenge_method=S256"
    )
    for target in (
        f"/oidc/authorize?{query}&redirect_uri={redirect}",
        f"/oidc/end-session?post_logout_redirect_uri={redirect}&client_id=portal",
        f"/sign-in?next={redirect}",
    ):
        location = ask(vietnam.url("identity"), target).headers.get("Location", "")
        assert urllib.parse.urlsplit(location).netloc in {"", urllib.parse.urlsplit(vietnam.url("identity")).netloc}


def test_a_form_of_another_site_changes_nothing(vietnam: RunningDemo, waiting: Waiting) -> None:
    headers = {
        "Cookie": cookie_header(waiting.mother.browser),
        "Origin": "https://evil.example",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    for target in ("sections/child", "authority", "sign", "discard", "papers", "read-again"):
        path = urllib.parse.urlsplit(waiting.draft).path + target
        assert ask(vietnam.url("portal"), path, method="POST", headers=headers, body=b"a=b").status == 403, target
    assert ask(vietnam.url("portal"), "/sign-out", method="POST", headers=headers, body=b"").status == 403
    assert waiting.mother.browser.get(waiting.draft).status == 200


def test_nobody_sees_what_is_another_persons(vietnam: RunningDemo, waiting: Waiting) -> None:
    stranger = signed_in(vietnam, somebody(vietnam))
    for address in ("", "sections/child", "authority", "papers", "review", "discard", "evidence/VN-DEMO-1"):
        assert stranger.get(waiting.draft + address).status == 404, address
    for address in ("", "receipt", "application", "complete"):
        assert stranger.get(waiting.dossier.rstrip("/") + "/" + address).status == 404, address
    by_code = f"{vietnam.url('portal')}/dossiers/by-code/{waiting.code}/"
    assert stranger.get(by_code).status == 404
    assert waiting.mother.browser.get(by_code).status == 200


def test_the_proof_of_a_use_of_anothers_data_is_not_given(vietnam: RunningDemo, waiting: Waiting) -> None:
    usage = next(one for one in waiting.mother.usages())
    assert waiting.mother.browser.get(usage.evidence_url).content.startswith(b"PK")
    stranger = signed_in(vietnam, somebody(vietnam))
    assert stranger.get(usage.evidence_url).status == 404


def test_only_whoever_is_asked_signs(vietnam: RunningDemo, waiting: Waiting) -> None:
    mother = waiting.mother
    application = begin_again(mother)
    mother.fill(application)
    mother.attach(application)
    page = mother.browser.get(application + "review")
    asked = mother.browser.submit(page, page.form(action_ends="/sign"))
    assert asked.html.xpath("//input[@name='pin']")
    stranger = signed_in(vietnam, somebody(vietnam))
    assert stranger.get(asked.url).status == 403
    returned = f"{application}signed?signing_request={asked.url.rsplit('/', 1)[-1]}"
    assert stranger.get(returned).status == 404
    # Coming back without having signed sends nothing.
    assert "/dossiers/" not in mother.browser.get(returned).url
    discard(mother, application)


def test_the_desk_is_for_its_officials_each_in_their_role(vietnam: RunningDemo, waiting: Waiting) -> None:
    script = script_of(vietnam)
    stranger = signed_in(vietnam, somebody(vietnam), site="onestop")
    for address in ("/", f"/dossiers/{waiting.code}", f"/dossiers/{waiting.code}/application.asice"):
        assert stranger.get(vietnam.url("onestop") + address).status == 403, address
    clerk, leader = official(vietnam, script.clerk), official(vietnam, script.leader)
    page = clerk.open(waiting.code)
    form = next(one for one in page.html.forms if str(one.get("id", "")).startswith("decide-"))
    target = urllib.parse.urlsplit(str(form.get("action"))).path
    fields = dict(form.form_values()) | {"reason": "Not mine to decide."}
    other = leader.open(waiting.code)
    fields["csrfmiddlewaretoken"] = str(other.html.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0])
    refused = ask(
        vietnam.url("onestop"),
        target,
        method="POST",
        headers={
            "Cookie": cookie_header(leader.browser),
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": vietnam.url("onestop"),
        },
        body=urllib.parse.urlencode(fields).encode(),
    )
    assert refused.status == 403
    assert clerk.open(waiting.code).html.xpath(f"//form[@id='{form.get('id')}']"), "the step is still open"


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_services_are_for_the_own_gateway_only(vietnam: RunningDemo, token: str | None) -> None:
    headers = {"X-Road-Client": CLIENT, "X-Road-Id": "x", "Saola-Purpose": "p", "Saola-Legal-Ground": "g"}
    if token is not None:
        headers["X-Saola-Gateway-Token"] = token.encode().decode("latin-1")
    for site, method, target in (
        ("register-population", "GET", "/services/persons/records/000195000101"),
        ("register-population", "POST", "/services/persons/records"),
        ("register-population", "GET", "/services/data-usage/usages?subject=000195000101"),
        ("register-civil-status", "PUT", "/services/births/records/1"),
        ("portal", "POST", "/services/dossier-events/results"),
        ("onestop", "POST", "/services/dossiers/dossiers"),
    ):
        answer = ask(vietnam.url(site), target, method=method, headers=headers, body=b"{}")
        assert answer.status == 401, (site, target)
        assert answer.json()["code"] == "platform.not_from_gateway"


def test_the_gateway_speaks_for_clients_that_prove_themselves_only(vietnam: RunningDemo) -> None:
    record = f"{PERSONS}/records/000195000101"
    assert exchange(vietnam, record).status == 200
    for more in (
        {"without": ("X-Saola-Client-Token",)},
        {"without": ("X-Road-Client",)},
    ):
        assert exchange(vietnam, record, **more).status == 400  # type: ignore[arg-type]
    assert exchange(vietnam, record, X_Saola_Client_Token="wrong").status == 400
    other = exchange(vietnam, record, X_Road_Client="VN-DEMO/GOV/H26/onestop")
    assert other.status == 400
    assert "000195000101" not in other.text


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("PUT", f"{PERSONS}/records/000195000101"),
        ("POST", f"{PERSONS}/records"),
        ("DELETE", f"{PERSONS}/records/000195000101"),
        ("GET", "VN-DEMO/GOV/G22/portal/dossier-events/openapi.json"),
        ("GET", f"{PERSONS}/"),
    ],
)
def test_what_was_not_granted_is_refused_by_the_owners_gateway(vietnam: RunningDemo, method: str, target: str) -> None:
    answer = exchange(vietnam, target, method=method, body=b"{}" if method != "GET" else None)
    assert answer.json()["type"].lower().endswith("access_denied")


@pytest.mark.parametrize(
    "tail",
    [
        "/records/..%2f..%2fdata-usage%2fusages?subject=000195000101",
        "/records/../../data-usage/usages?subject=000195000101",
        "/records/%2e%2e/%2e%2e/data-usage/usages?subject=000195000101",
        "/records/%252e%252e/x",
        "/records/x%00y",
        "/records//000195000101",
        "/records/x%5c..%5cy",
        "/records/%ff%fe",
        "/records/.;/x",
    ],
)
def test_no_path_leads_around_the_rights(vietnam: RunningDemo, tail: str) -> None:
    said = exchange(vietnam, PERSONS + tail).json()
    # A gateway's refusal, as X-Road tells it; nothing of the register.
    assert said["type"].rpartition(".")[2] in {"access_denied", "invalid_request"}, said
    assert set(said) == {"type", "message", "detail"}


def test_evidence_is_for_the_subsystem_that_the_message_belongs_to(vietnam: RunningDemo) -> None:
    message = exchange(vietnam, f"{PERSONS}/records/000195000101").headers["X-Road-Id"]
    query = (
        f"/asic?queryId={message}&xRoadInstance=VN-DEMO&memberClass=GOV&memberCode=G22&subsystemCode=portal"
        "&requestOnly=true&unique=true"
    )
    right = {"X-Road-Client": CLIENT, "X-Saola-Client-Token": secret(vietnam, "client-G22.token")}
    assert ask(gateway(vietnam, PORTAL), query, headers=right).content.startswith(b"PK")
    for wrong in ({}, {"X-Road-Client": CLIENT}, right | {"X-Saola-Client-Token": "wrong"}):
        assert not ask(gateway(vietnam, PORTAL), query, headers=wrong).content.startswith(b"PK")


def test_the_centre_gives_nothing_without_its_tokens(vietnam: RunningDemo) -> None:
    centre = f"http://{vietnam.layout['network']}.2"
    for port, method, target in (
        (places.TRUST, "POST", "/ca/government/certificates"),
        (places.TRUST, "POST", "/ca/public/certificates"),
        (places.SIGNER, "GET", "/signer/credentials?owner=000195000101"),
        (places.SIGNER, "POST", "/signer/credentials"),
    ):
        body = b"{}" if method == "POST" else None
        headers = {"Content-Type": "application/json", "Authorization": "Bearer wrong"}
        for given in ({}, headers):
            answer = ask(f"{centre}:{port}", target, method=method, headers=given, body=body)
            assert answer.status in {401, 403}, target


def test_no_secret_stands_in_a_log(vietnam: RunningDemo, waiting: Waiting) -> None:
    assert waiting.code
    people = yaml.safe_load((ROOT / "demo" / vietnam.country / "people.yaml").read_text(encoding="utf-8"))["people"]
    pins = "|".join(re.escape(str(one["pin"])) for one in people if one.get("pin"))
    telling = re.compile(
        rf"pin\W{{1,6}}(?:{pins})|eyJ[\w-]{{20,}}\.|postgresql://[^\s@]*:[^\s@*]+@|sessionid=|_session=", re.IGNORECASE
    )
    kept = [path.read_text(encoding="utf-8").strip() for path in (vietnam.data / "secrets").iterdir()]
    for log in sorted((vietnam.data / "logs").glob("*.log")):
        text = log.read_text(encoding="utf-8", errors="replace")
        assert not [one for one in kept if one and one in text], log.name
        assert telling.search(text) is None, log.name


def test_keys_and_secrets_are_closed_to_others(vietnam: RunningDemo) -> None:
    for name in (
        "secrets",
        "configurations",
        *(f"gateway-{member}" for member in MEMBERS),
        "trust",
        "signer",
        "identity",
    ):
        folder: Path = vietnam.data / name
        assert folder.stat().st_mode & 0o077 == 0, name


def test_gateways_talk_to_gateways_only(vietnam: RunningDemo) -> None:
    host = f"{vietnam.layout['network']}.{10 + MEMBERS.index(PEOPLE)}"
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((host, places.TRANSPORT), timeout=10) as plain:
        plain.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert b"HTTP/1.1 200" not in received(plain)
    with (
        socket.create_connection((host, places.TRANSPORT), timeout=10) as raw,
        anybody.wrap_socket(raw) as without_certificate,
    ):
        without_certificate.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert received(without_certificate) == b""


def received(connection: socket.socket) -> bytes:
    """What comes before the other side ends."""
    try:
        return connection.recv(4096)
    except OSError:
        return b""
