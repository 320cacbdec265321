"""The HTTP side of the registry: signed pages from memory, made anew on time and when a file changes."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from aiohttp import web

from saola_exchange.errors import ExchangeError
from saola_exchange.registry.keys import SigningKeys
from saola_exchange.registry.publishing import EXTERNAL, INTERNAL, VERSION, Generation, generate, sign, stamp_of
from saola_exchange.registry.settings import Settings

LOG = logging.getLogger("saola.registry")
WATCH_SECONDS = 1.0


def now() -> datetime:
    """The clock of the process."""
    return datetime.now(UTC)


class Publisher:
    """Holds what is served. A broken file does not stop the service: the last good contents are signed on."""

    def __init__(self, settings: Settings, *, keys: SigningKeys, clock: Callable[[], datetime] = now) -> None:
        """Make the first generation. Raises RegistryStateInvalid when the files are not right."""
        self._settings, self._keys, self._clock = settings, keys, clock
        self._stamp = stamp_of(settings)
        self._made_at = clock()
        self.problem: str | None = None
        self.generation = generate(settings, keys=keys, at=self._made_at, boundary=_boundary, previous=None)

    def refresh(self) -> bool:
        """Make a new generation if it is time or a file changed; whether one was made."""
        at, stamp = self._clock(), stamp_of(self._settings)
        if stamp == self._stamp and (at - self._made_at).total_seconds() < self._settings.interval_seconds:
            return False
        self._made_at, self._stamp = at, stamp
        try:
            self.generation = generate(
                self._settings, keys=self._keys, at=at, boundary=_boundary, previous=self.generation
            )
            self.problem = None
        except ExchangeError as exc:
            self.problem = exc.detail
            LOG.exception("the files cannot be published; the last good contents stay")
            self.generation = self._signed_again(at)
        return True

    def page(self, path: str) -> bytes | None:
        """The content at a path, also of the generation before."""
        return self.generation.pages.get(path) or self.generation.earlier.get(path)

    def health(self) -> tuple[int, dict[str, object]]:
        """HTTP status and body: 503 only when what is served has expired."""
        expired = self.generation.expires <= self._clock()
        status = "failed" if expired else "degraded" if self.problem else "ok"
        checks = {"configuration": self.problem or "ok", "expires": self.generation.expires.isoformat()}
        return 503 if expired else 200, {"status": status, "checks": checks}

    def _signed_again(self, at: datetime) -> Generation:
        last = self.generation
        return sign(
            self._settings,
            keys=self._keys,
            at=at,
            boundary=_boundary,
            shared=last.shared,
            private=last.private,
            folder=last.folder,
            previous=last,
        )


def application(publisher: Publisher) -> web.Application:
    """The aiohttp application."""
    app = web.Application()

    async def directory(request: web.Request) -> web.Response:
        # A client that names no version means 2 (pr-gconf); there is only version 6 here.
        if request.query.get("version", "2") != str(VERSION):
            raise web.HTTPNotFound
        return _page(publisher, INTERNAL if request.path == "/internalconf" else EXTERNAL)

    async def page(request: web.Request) -> web.Response:
        return _page(publisher, request.path)

    async def health(_: web.Request) -> web.Response:
        status, body = publisher.health()
        return web.json_response(body, status=status)

    async def watching(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_watch(publisher))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    app.router.add_get("/internalconf", directory)
    app.router.add_get("/externalconf", directory)
    app.router.add_get("/health", health)
    app.router.add_get(f"/V{VERSION}/{{tail:.+}}", page)
    app.cleanup_ctx.append(watching)
    return app


async def _watch(publisher: Publisher) -> None:
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        try:
            await asyncio.to_thread(publisher.refresh)
        except Exception:  # the watch must outlive whatever happens in one round
            LOG.exception("making a new configuration failed")


def _page(publisher: Publisher, path: str) -> web.Response:
    content = publisher.page(path)
    if content is None:
        raise web.HTTPNotFound
    # The directory is its own MIME document, header included, and is given as it was signed.
    kind = "text/xml" if path.endswith(".xml") else "application/octet-stream"
    return web.Response(body=content, content_type=kind, headers={"Cache-Control": "no-cache"})


def _boundary() -> str:
    return secrets.token_hex(12)
