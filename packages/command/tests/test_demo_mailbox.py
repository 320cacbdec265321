"""The demo's post office keeps what the sites send and shows it as text, whatever is in it."""

from __future__ import annotations

import smtplib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from saola_command.demo.letters import Words, page, read_words
from saola_command.demo.mailbox import newest_letters
from saola_command.errors import DemoDeclarationInvalid


@pytest.fixture
def post_office(tmp_path: Path, unused_tcp_ports: list[int]) -> Iterator[tuple[int, int, Path]]:
    smtp, web = unused_tcp_ports
    words = ["demo", "mailbox", "--smtp", f"127.0.0.1:{smtp}", "--web", f"127.0.0.1:{web}", "--data", str(tmp_path)]
    with subprocess.Popen([sys.executable, "-m", "saola_command", *words]) as server:
        wait_for(f"http://127.0.0.1:{web}/")
        yield smtp, web, tmp_path
        server.terminate()


def wait_for(url: str) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).read()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)
        else:
            return


def test_a_letter_arrives_is_kept_and_shown(post_office: tuple[int, int, Path]) -> None:
    smtp, web, folder = post_office
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "Reçu déposé", "portal@demo.invalid", "mother@demo.invalid"
    letter.set_content("Bien reçu <b>à temps</b>")
    with smtplib.SMTP("127.0.0.1", smtp) as connection:
        connection.send_message(letter)
    assert len(newest_letters(folder)) == 1
    shown = urllib.request.urlopen(f"http://127.0.0.1:{web}/", timeout=5).read().decode()
    assert "Reçu déposé" in shown
    assert "&lt;b&gt;à temps&lt;/b&gt;" in shown


def test_a_browser_that_asks_for_an_icon_is_told_that_there_is_none(post_office: tuple[int, int, Path]) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{post_office[1]}/favicon.ico", timeout=5) as answer:
        assert (answer.status, answer.read()) == (204, b"")


ROOT = Path(__file__).parents[3]
TEXTS = {key: f"({key})" for key in ("language", "title", "note", "none", "to")} | {"date": "%H:%M, %d.%m."}


def letter_of(text: str) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"], letter["To"], letter["Date"] = "News", "mother@demo.invalid", "Sun, 22 Nov 2026 17:44:49 -0000"
    letter.set_content(text)
    return letter


def test_an_empty_post_office_says_so() -> None:
    assert "No letter has arrived yet" in page([], words=Words(), language="en")


def test_a_letter_shows_the_time_of_the_country() -> None:
    words = Words(texts={"fr": TEXTS}, zone=ZoneInfo("Etc/GMT-7"))
    assert "(to): mother@demo.invalid · 00:44, 23.11." in page([letter_of("Hello")], words=words, language="fr")


def test_only_the_sites_of_the_demo_become_links() -> None:
    text = "http://localhost:8000/dossiers/1/ https://elsewhere.invalid/ javascript:x"
    shown = page([letter_of(text)], words=Words(), language="en")
    assert shown.count("<a ") == 1
    assert '<a href="http://localhost:8000/dossiers/1/">' in shown


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [("", "", "fr"), ("en", "fr", "en"), ("", "de, en-GB;q=0.8", "en"), ("xx", "de", "fr"), ("<x>", "", "fr")],
)
def test_the_page_speaks_the_language_that_is_asked_for(wanted: str, accepted: str, language: str) -> None:
    words = Words(texts={"fr": TEXTS, "en": TEXTS})
    assert words.language(wanted=wanted, accepted=accepted) == language


def test_every_demo_that_has_words_for_its_letters_has_all_of_them() -> None:
    found = [read_words(path) for path in (ROOT / "demo").glob("*/mailbox.yaml")]
    assert found
    assert all("%Y" in texts["date"] for words in found for texts in words.texts.values())


@pytest.mark.parametrize("text", ["[]", "texts: {fr: {}}", "timezone: Nowhere/Town\ntexts: {}", "texts: ["])
def test_words_that_are_incomplete_stop_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mailbox.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DemoDeclarationInvalid, match=r"mailbox\.yaml"):
        read_words(path)
