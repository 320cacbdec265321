"""The demo's post office: takes every e-mail of the sites by SMTP, keeps it as a file, shows it on a page."""

from __future__ import annotations

import asyncio
import email
import email.policy
import html
import itertools
import signal
import time
from email.message import EmailMessage
from pathlib import Path

from aiohttp import web
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_LETTER = 5 * 1024 * 1024
SHOWN = 100
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Letters of the demonstration</title><style>
body{{font:1.05rem/1.6 system-ui,sans-serif;margin:0;background:#f6f5f1;color:#1b2a33}}
main{{max-width:46rem;margin:0 auto;padding:1.5rem 1rem}}h1{{font-size:1.5rem}}
article{{background:#fff;border:1px solid #d8d5cc;border-radius:.5rem;padding:1rem;margin:0 0 1rem}}
h2{{font-size:1.1rem;margin:0 0 .25rem;overflow-wrap:anywhere}}p{{margin:0;color:#4a5860}}
pre{{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.75rem 0 0}}</style></head>
<body><main><h1>Letters of the demonstration</h1>
<p>E-mail that the sites sent. Nothing leaves this machine.</p><br>{letters}</main></body></html>"""


class Keeper:
    """Keeps each letter as one .eml file; a letter is acknowledged only when it is on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Write the letter and say so to the sender."""
        name = f"{time.time_ns()}-{next(self._numbers)}.eml"
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        partial = self._folder / f".{name}"
        partial.write_bytes(content)
        partial.rename(self._folder / name)
        return "250 kept"


def newest_letters(folder: Path) -> list[EmailMessage]:
    """The newest letters, newest first."""
    files = sorted(folder.glob("[0-9]*.eml"), reverse=True)[:SHOWN]
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def page(letters: list[EmailMessage]) -> str:
    """The letters as a page; everything in them is shown as text."""
    return PAGE.format(letters="".join(map(_article, letters)) or "<p>No letter has arrived yet.</p>")


def _article(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    subject, receiver = html.escape(str(letter["subject"] or "")), html.escape(str(letter["to"] or ""))
    date = html.escape(str(letter["date"] or ""))
    return f"<article><h2>{subject}</h2><p>{receiver} · {date}</p><pre>{html.escape(text)}</pre></article>"


async def serve(*, smtp: tuple[str, int], web_address: tuple[str, int], folder: Path) -> None:
    """Take letters and show them until SIGTERM."""
    folder.mkdir(parents=True, exist_ok=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    post = UnthreadedController(
        Keeper(folder), hostname=smtp[0], port=smtp[1], loop=asyncio.get_running_loop(), data_size_limit=LARGEST_LETTER
    )
    server = await post._create_server()  # noqa: SLF001 (its begin() may not be called inside a running loop)

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=page(newest_letters(folder)), content_type="text/html")

    application = web.Application()
    application.router.add_get("/", show)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, *web_address).start()
    await ended.wait()
    server.close()
    await runner.cleanup()
