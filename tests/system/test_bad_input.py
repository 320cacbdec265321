"""What goes wrong from outside, tried against the running state: it is refused early, in the person's language, or
it is bridged; and the state is whole afterwards.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import signal
import socket
import time
import urllib.parse
import uuid
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import psutil
import psycopg
import pytest
import yaml
from django.core.signing import TimestampSigner
from saola_command.demo.check.browser import Browser, Page, Upload
from saola_command.demo.check.citizen import Citizen, sign_in

from .asking import (
    DOSSIERS,
    PEOPLE,
    ask,
    begin_again,
    citizen,
    cookie_header,
    cookies,
    discard,
    exchange,
    rows,
    script_of,
    secret,
    signed_in,
    token_of,
)
from .conftest import RunningDemo

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("vietnam"), pytest.mark.timeout(300)]

CONTAINER = "application/vnd.etsi.asic-e+zip"
MB = 1024 * 1024
TWO_GIGABYTES = 2048 * MB
TRY_AGAIN, TOO_LARGE, KEPT = "hãy thử lại", "Tệp quá lớn", "được giữ lại"
NUL, SESSIONS = "\x00", "django.contrib.sessions.SessionStore"


@pytest.fixture(scope="module")
def mother(vietnam: RunningDemo) -> Citizen:
    """The applicant, signed in at the portal."""
    one = citizen(vietnam)
    one.browser = signed_in(vietnam, one.person)
    return one


@pytest.fixture
def draft(mother: Citizen) -> Iterator[str]:
    """The address of a new application, deleted afterwards."""
    address = begin_again(mother)
    yield address
    discard(mother, address)


def memory(demo: RunningDemo, process: str) -> float:
    """What a process and its children hold, in MB."""
    pid = demo.processes()[process]["pid"]
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(one.memory_info().rss for one in family) / MB


def on_disk(demo: RunningDemo, process: str) -> float:
    """What a process keeps in its folder, in MB."""
    return sum(path.stat().st_size for path in (demo.data / process).rglob("*") if path.is_file()) / MB


@contextlib.contextmanager
def silent(demo: RunningDemo, process: str) -> Iterator[None]:
    """The process hangs: connections are accepted, and nothing is answered."""
    leader = psutil.Process(demo.processes()[process]["pid"])
    family = [leader, *leader.children(recursive=True)]
    for one in family:
        os.kill(one.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in family:
            os.kill(one.pid, signal.SIGCONT)


# --- uploads ---------------------------------------------------------------------------------------------------


def stream(connection: http.client.HTTPConnection, *, size: int, chunked: bool, end: bytes) -> int:
    """Send that many zeros, then the end, as long as the other side takes them; how many bytes it took."""
    piece, sent = bytes(MB), 0
    with contextlib.suppress(OSError):
        while sent < size:
            connection.send(b"%x\r\n%s\r\n" % (MB, piece) if chunked else piece)
            sent += MB
        connection.send(end)
    return sent


@pytest.mark.parametrize("chunked", [False, True])
def test_two_gigabytes_are_refused_in_plain_words_and_flat_memory(
    vietnam: RunningDemo, mother: Citizen, draft: str, chunked: bool
) -> None:
    page = mother.browser.get(draft + "papers")
    head = f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token_of(page)}\r\n--x\r\n'
    head += 'Content-Disposition: form-data; name="file"; filename="film.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    address = urllib.parse.urlsplit(draft + "papers/birth-notice/add")
    memory_before, disk_before, began = memory(vietnam, "site-G22"), on_disk(vietnam, "site-G22"), time.monotonic()
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    connection.putrequest("POST", address.path)
    connection.putheader("Cookie", cookie_header(mother.browser))
    connection.putheader("Accept-Language", "vi")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    end = b"0\r\n\r\n" if chunked else b"\r\n--x--\r\n"
    if chunked:
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        connection.send(b"%x\r\n%s\r\n" % (len(head), head.encode()))
    else:
        connection.putheader("Content-Length", str(len(head) + TWO_GIGABYTES + len(end)))
        connection.endheaders()
        connection.send(head.encode())
    stream(connection, size=TWO_GIGABYTES, chunked=chunked, end=end)
    most = memory(vietnam, "site-G22")
    try:
        answer = connection.getresponse()
        assert answer.status == 413
        assert TOO_LARGE in answer.read().decode()
    except (OSError, http.client.HTTPException):
        # Nobody but a program sends chunks, and it may be cut off in the middle.
        assert chunked
    finally:
        connection.close()
    assert time.monotonic() - began < 90
    assert max(most, memory(vietnam, "site-G22")) - memory_before < 40
    assert on_disk(vietnam, "site-G22") - disk_before < 70
    assert mother.browser.get(draft + "papers").status == 200


def bomb(megabytes: int = 300) -> bytes:
    """A small archive of many zeros, under the names of an application."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("mimetype", CONTAINER, zipfile.ZIP_STORED)
        with archive.open("application.json", "w", force_zip64=True) as entry:
            for _ in range(megabytes):
                entry.write(bytes(MB))
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "media_type", "content", "status"),
    [
        ("paper.jpg", "image/jpeg", b"MZ\x90\x00 this is a program", 415),
        ("paper.pdf", "application/pdf", b"<html><script>alert(1)</script></html>", 415),
        ("paper.jpg", "image/jpeg", b"", 422),
        ("paper.jpg", "image/jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF cut off", 422),
        ("paper.zip", "application/zip", bomb(100), 415),
        ("paper.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415),
    ],
    ids=["program", "page", "empty", "cut-off", "bomb", "svg"],
)
def test_a_paper_that_is_none_is_refused_at_its_field(
    mother: Citizen, draft: str, name: str, media_type: str, content: bytes, status: int
) -> None:
    page = mother.browser.get(draft + "papers")
    form = page.form(action_ends="/papers/birth-notice/add")
    answer = mother.browser.submit(page, form, files={"file": Upload(name, content, media_type)})
    assert answer.status == status, answer.text
    assert answer.html.xpath("//*[contains(@class, 'govuk-error-summary')]//a[starts-with(@href, '#')]") or (
        answer.html.xpath("//*[contains(@class, 'govuk-error-summary')]//a")
    )
    assert name not in mother.browser.get(draft + "papers").text


# --- addresses and fields --------------------------------------------------------------------------------------

MALFORMED = (
    "x",
    "%00",
    "..%2f..%2f",
    "%ff",
    "' OR 1=1 --",
    "0" * 3000,
    "<script>",
    "00000000-0000-0000-0000-000000000000",
)


@pytest.mark.parametrize("wrong", MALFORMED)
def test_a_malformed_identifier_is_not_found_and_never_a_defect(
    vietnam: RunningDemo, mother: Citizen, wrong: str
) -> None:
    script = script_of(vietnam)
    clerk = signed_in(vietnam, script.clerk, site="onestop")
    given = urllib.parse.quote(wrong, safe="%")
    for browser, site, addresses in (
        (mother.browser, "portal", ("applications/{}/", "dossiers/{}/", "dossiers/by-code/{}/", "results/{}/")),
        (mother.browser, "portal", ("procedures/{}/", "procedures/{}/start", "my-data/usages/{}/x/evidence")),
        (mother.browser, "portal", ("my-data/usages/G01~population/{}/evidence",)),
        (clerk, "onestop", ("dossiers/{}", "dossiers/{}/receipt.pdf", "dossiers/{}/documents/certificate.pdf")),
        (mother.browser, "identity", ("sign/{}", "oidc/authorize/{}")),
    ):
        for address in addresses:
            answer = ask(
                vietnam.url(site),
                "/" + address.format(given),
                headers={"Cookie": cookie_header(browser), "Accept-Language": "vi"},
            )
            assert answer.status in {400, 403, 404, 405}, (address, answer.status, answer.text[:300])
    for site, query in (("portal", "find/?q="), ("portal", "my-data/usages/?page="), ("onestop", "?state=all&q=")):
        browser = clerk if site == "onestop" else mother.browser
        headers = {"Cookie": cookie_header(browser)}
        assert ask(vietnam.url(site), "/" + query + given, headers=headers).status in {200, 400}, query


@pytest.mark.parametrize("number", ["12", "00019500010A", "000195000101'--", "٠٠٠١٩٥٠٠٠١٠١", "1" * 5000])
def test_a_malformed_personal_number_is_told_at_its_field_and_kept(mother: Citizen, draft: str, number: str) -> None:
    page = mother.browser.get(draft + "sections/father")
    form = page.form(action_ends="/sections/father")
    answer = mother.browser.submit(page, form, values={"known": "yes"})
    page = mother.browser.get(draft + "sections/father")
    form = page.form(action_ends="/sections/father")
    answer = mother.browser.submit(page, form, values={"personal_number": number, "full_name": "Chữ đã gõ"})
    assert answer.status == 422
    assert answer.html.xpath("//*[contains(@class, 'govuk-error-summary')]//a[contains(@href, 'personal_number')]")
    assert "Chữ đã gõ" in mother.browser.get(draft + "sections/father").content.decode()


def test_a_nul_in_a_form_is_a_bad_request_everywhere(vietnam: RunningDemo, mother: Citizen, draft: str) -> None:
    page = mother.browser.get(draft + "sections/child")
    form = page.form(action_ends="/sections/child")
    assert mother.browser.submit(page, form, values={"full_name": f"A{NUL}B"}).status == 400
    assert exchange(vietnam, f"{DOSSIERS}/dossiers/x%00y?applicant=1").status in {400, 500}


# --- signing in ------------------------------------------------------------------------------------------------


def test_what_was_typed_outlives_a_sign_in_that_lapsed(vietnam: RunningDemo, mother: Citizen, draft: str) -> None:
    page = mother.browser.get(draft + "sections/child")
    form = page.form(action_ends="/sections/child")
    let_lapse(vietnam, mother.browser)
    answer = mother.browser.submit(page, form, values={"full_name": "Tên đã gõ", "action": "continue"})
    assert answer.status == 401
    assert KEPT in answer.text
    back = mother.browser.get(str(answer.html.xpath("//main//a[@role='button']/@href")[0]))
    if not back.url.startswith(vietnam.url("portal")):
        back = sign_in(mother.browser, back, mother.person)
    assert back.url == draft + "sections/child"
    assert "Tên đã gõ" in back.content.decode()


def let_lapse(demo: RunningDemo, browser: Browser) -> None:
    """As if an hour had passed since the person was last seen."""
    configuration = yaml.safe_load((demo.data / "configurations" / "site-G22.yaml").read_text(encoding="utf-8"))
    session = (cookies(browser)["saola_portal_session"],)
    with psycopg.connect(configuration["database"]) as connection:
        row = connection.execute("SELECT session_data FROM django_session WHERE session_key = %s", session).fetchone()
        assert row is not None
        signer = TimestampSigner(key=secret(demo, "django-G22.key"), salt=SESSIONS, fallback_keys=[])
        kept = signer.unsign_object(row[0])
        kept["person"]["seen_at"] = "2020-01-01T00:00:00+00:00"
        aged = signer.sign_object(kept, compress=True)
        connection.execute("UPDATE django_session SET session_data = %s WHERE session_key = %s", (aged, *session))


# --- messages --------------------------------------------------------------------------------------------------


def sent_application(vietnam: RunningDemo) -> tuple[bytes, str]:
    """A container that the applicant signed and sent, and its submission id."""
    script = script_of(vietnam)
    browser = Browser(language=script.language)
    one = Citizen(browser=browser, portal=vietnam.url("portal"), script=script, today=datetime.now(UTC).date())
    application = one.begin(one.find())
    one.fill(application)
    one.attach(application)
    dossier = one.sign(application)
    one.receipt(dossier)
    return one.browser.get(dossier.rstrip("/") + "/application").content, dossier.rstrip("/").rsplit("/", 1)[-1]


def changed(container: bytes, **replaced: bytes | None) -> bytes:
    """The container with entries replaced or, with None, left out (signatures by the name `signatures`)."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as source, zipfile.ZipFile(target, "w") as archive:
        for entry in source.infolist():
            name = "signatures" if "signature" in entry.filename.lower() else entry.filename.replace(".json", "")
            content = replaced.get(name, source.read(entry))
            if content is not None:
                archive.writestr(entry, content)
    return target.getvalue()


def send(vietnam: RunningDemo, container: bytes, *, key: str, media_type: str = CONTAINER) -> tuple[int, str]:
    """Hand a container to the one-stop through the exchange, as the portal does; status and what it says."""
    answer = exchange(
        vietnam,
        f"{DOSSIERS}/dossiers",
        method="POST",
        body=container,
        Content_Type=media_type,
        Idempotency_Key=key,
        Saola_Data_Subject="000195000101",
    )
    said = answer.json()
    return answer.status, f"{said.get('code', said.get('type', ''))}: {said.get('detail', '')}"


def test_an_application_that_is_unsigned_tampered_or_none_is_refused_and_takes_no_number(vietnam: RunningDemo) -> None:
    container, submission = sent_application(vietnam)
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        data = json.loads(archive.read("application.json"))
    other = str(uuid.uuid4())
    data["answers"]["child.full_name"] = "Somebody Else"
    tampered = json.dumps(data).encode()
    dossiers = count_dossiers(vietnam)
    for content, key in (
        (changed(container, application=tampered), submission),
        (changed(container, application=tampered), other),
        (changed(container, signatures=None), other),
        (changed(container, application=None), other),
        (container, other),
        (container[: len(container) // 2], other),
        (b"not a container", other),
        (b"", other),
        (bomb(), other),
    ):
        status, said = send(vietnam, content, key=key)
        assert status in {400, 409, 413, 415, 422}, said
        assert said.count(":") >= 1
    assert send(vietnam, container, key="not-a-uuid")[0] == 400
    assert send(vietnam, container, key=other, media_type="text/html")[0] in {400, 415}
    assert count_dossiers(vietnam) == dossiers
    status, said = send(vietnam, container, key=submission)
    assert status == 200, said


def count_dossiers(demo: RunningDemo) -> int:
    """How many dossiers the one-stop has."""
    return int(rows(demo, "site-H26", "SELECT count(*) FROM cases_dossier")[0][0])


# --- what does not answer --------------------------------------------------------------------------------------


def test_with_a_register_that_hangs_the_form_is_filled_in_by_hand_and_says_why(
    vietnam: RunningDemo, mother: Citizen
) -> None:
    with silent(vietnam, f"site-{PEOPLE}"):
        began = time.monotonic()
        address = begin_again(mother)
        overview = mother.browser.get(address)
        assert time.monotonic() - began < 20
        assert overview.html.xpath("//*[@data-testid='silent-registers']")
        assert "hiện chưa trả lời" in overview.text
        try:
            fill_by_hand(mother, address)
        finally:
            usages = mother.browser.get(f"{vietnam.url('portal')}/my-data/usages/")
            assert usages.html.xpath("//*[starts-with(@data-testid, 'silent-')]")
    vietnam.wait_until_all_run()
    page = mother.browser.get(address)
    again = [form for form in page.html.forms if str(form.get("action")).endswith("/read-again")]
    if again:
        answered = mother.browser.submit(page, again[0])
        assert not answered.html.xpath("//*[@data-testid='silent-registers']")
    discard(mother, address)


def fill_by_hand(mother: Citizen, address: str) -> None:
    """Each section is saved within reasonable time; where a register is missing, the person types."""
    by_hand = {"full_name": "Trần Văn Mẫu", "personal_number": "000093000102", "ethnicity": "01", "nationality": "VN"}
    by_hand |= {"birth_date_0": "1", "birth_date_1": "2", "birth_date_2": "1993", "residence": "Hà Nội"}
    for section in ("requester", "child", "mother", "father", "result"):
        typed = mother.script.typed(section=section, today=mother.today)
        for _ in range(3):
            began = time.monotonic()
            page = mother.browser.get(f"{address}sections/{section}")
            form = page.form(action_ends=f"/sections/{section}")
            names = set(form.fields.keys())
            empty = {
                name: value
                for name, value in by_hand.items()
                if name in names and not (form.fields.get(name) or "").strip()
            }
            values = empty | {name: value for name, value in typed.items() if name in names}
            answer: Page = mother.browser.submit(page, form, values=values)
            assert time.monotonic() - began < 20
            assert answer.status == 200, answer.text[:900]
            if not answer.url.split("#")[0].endswith(f"/sections/{section}"):
                break
        else:
            pytest.fail(f"{section} is never complete")


@pytest.mark.parametrize("process", ["identity", "signer", "trust", "site-H26", "gateway-G22"])
def test_whatever_hangs_a_page_comes_in_time_and_says_to_try_again(
    vietnam: RunningDemo, mother: Citizen, draft: str, process: str
) -> None:
    if process != "site-H26":
        mother.fill(draft)
        mother.attach(draft)
    with silent(vietnam, process):
        began = time.monotonic()
        assert mother.browser.get(f"{vietnam.url('portal')}/").status == 200
        if process in {"identity", "signer", "gateway-G22"}:
            target = draft + "review" if process != "gateway-G22" else f"{vietnam.url('portal')}/my-data/usages/"
            page = mother.browser.get(target)
            if process != "gateway-G22":
                page = mother.browser.submit(page, page.form(action_ends="/sign"))
                assert page.status in {200, 502, 503}
                assert TRY_AGAIN in page.text.casefold()
            else:
                assert page.html.xpath("//*[starts-with(@data-testid, 'silent-')]")
        assert time.monotonic() - began < 45
    vietnam.wait_until_all_run()


def test_connections_that_fall_silent_keep_nobody_waiting_for_long(vietnam: RunningDemo) -> None:
    address = urllib.parse.urlsplit(vietnam.url("portal"))
    idle = [socket.create_connection(("127.0.0.1", address.port or 80)) for _ in range(6)]
    try:
        for one in idle:
            one.send(b"GET / HTTP/1.1\r\nHost: loc")
        began = time.monotonic()
        assert ask(vietnam.url("portal"), timeout=60).status == 200
        assert time.monotonic() - began < 45
    finally:
        for one in idle:
            one.close()
