"""The demo's post office: takes every e-mail of the sites by SMTP, keeps it as a file, shows it on a page."""

from __future__ import annotations

import asyncio
import email
import email.policy
import itertools
import signal
import time
from email.message import EmailMessage
from pathlib import Path

from aiohttp import web
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

from saola_command.demo.letters import Words, page

LARGEST_LETTER = 5 * 1024 * 1024
SHOWN = 100


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


async def serve(*, smtp: tuple[str, int], web_address: tuple[str, int], folder: Path, words: Words) -> None:
    """Take letters and show them until SIGTERM."""
    folder.mkdir(parents=True, exist_ok=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    post = UnthreadedController(
        Keeper(folder), hostname=smtp[0], port=smtp[1], loop=asyncio.get_running_loop(), data_size_limit=LARGEST_LETTER
    )
    server = await post._create_server()  # noqa: SLF001 (its begin() may not be called inside a running loop)

    async def show(request: web.Request) -> web.Response:
        accepted = request.headers.get("Accept-Language", "")
        language = words.language(wanted=request.query.get("lang", ""), accepted=accepted)
        shown = page(newest_letters(folder), words=words, language=language)
        return web.Response(text=shown, content_type="text/html", headers={"Vary": "Accept-Language"})

    async def no_icon(_request: web.Request) -> web.Response:
        return web.Response(status=204)  # browsers ask by themselves; a 404 would look like a fault

    application = web.Application()
    application.router.add_get("/", show)
    application.router.add_get("/favicon.ico", no_icon)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, *web_address).start()
    await ended.wait()
    server.close()
    await runner.cleanup()
