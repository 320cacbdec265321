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

import pytest
from saola_command.demo.mailbox import newest_letters, page


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


def test_an_empty_post_office_says_so() -> None:
    assert "No letter has arrived yet" in page([])
