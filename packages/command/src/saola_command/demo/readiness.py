"""Asking processes over HTTP whether they can serve, and how many messages they have exchanged."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp

from saola_command.errors import ProcessFailed


class Probe:
    """One HTTP client for all questions of the supervisor."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    def answers(self, url: str) -> Callable[[], Awaitable[bool]]:
        """A question whether `url` answers 200."""

        async def ask() -> bool:
            try:
                async with self._session.get(url, allow_redirects=False) as answer:
                    return answer.status == 200
            except (aiohttp.ClientError, TimeoutError, OSError):
                return False

        return ask

    async def json(self, url: str) -> dict[str, Any] | None:
        """The JSON object at `url`, or None when there is none to be had now."""
        try:
            async with self._session.get(url) as answer:
                content = await answer.json() if answer.status == 200 else None
                return content if isinstance(content, dict) else None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None

    async def text(self, url: str) -> str:
        """The text at `url`; raises ProcessFailed when it cannot be had."""
        with _named(url):
            async with self._session.get(url) as answer:
                answer.raise_for_status()
                return await answer.text()

    async def post(self, url: str, content: dict[str, Any], *, token: str) -> None:
        """Post a JSON object; raises ProcessFailed when it is not accepted."""
        with _named(url):
            async with self._session.post(url, json=content, headers={"Authorization": f"Bearer {token}"}) as answer:
                answer.raise_for_status()


@contextlib.contextmanager
def _named(url: str) -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, TimeoutError, OSError) as exc:
        raise ProcessFailed(f"{url} did not do what the demo needs: {exc}") from exc


def probe_session() -> aiohttp.ClientSession:
    """A session with the short patience of a supervisor."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5, connect=2))


def port_open(host: str, port: int) -> Callable[[], Awaitable[bool]]:
    """A question whether something accepts connections there."""

    async def ask() -> bool:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            return False
        writer.close()
        return True

    return ask
