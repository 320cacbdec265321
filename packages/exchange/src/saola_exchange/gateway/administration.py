"""What the gateway tells its operator: whether it can work, and what it has done. For the operator's network only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from aiohttp import web
from psycopg_pool import PoolTimeout

from saola_exchange.errors import ExchangeError
from saola_exchange.messagelog.database import Pool
from saola_exchange.messagelog.reading import LogReader
from saola_exchange.messagelog.records import Kind, LogRecord, LogStatus
from saola_exchange.messagelog.stamping import Stamping

from .following import FollowedConfiguration
from .revocation import OwnStatus


@dataclass(slots=True)
class Counter:
    """Logged exchanges since the log began: those of earlier runs are counted once, then it is kept up to date."""

    exchanges: int = 0
    last: datetime | None = None

    def begin_with(self, earlier: LogStatus) -> None:
        """Add what was logged before this process began."""
        self.exchanges += earlier.exchanges
        self.last = self.last or earlier.last

    def take(self, records: Sequence[LogRecord]) -> None:
        """Count what was committed."""
        for record in records:
            self.exchanges += record.kind is Kind.REQUEST
            self.last = record.at if self.last is None else max(self.last, record.at)


@dataclass(frozen=True, slots=True)
class Administration:
    """The administration listener."""

    configuration: FollowedConfiguration
    own: OwnStatus
    pool: Pool
    stamping: Stamping | None
    counter: Counter
    clock: Callable[[], datetime]

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one question."""
        answers: dict[str, Callable[[], Awaitable[web.Response]]] = {"/health": self.health, "/status": self.status}
        answer = answers.get(request.path)
        if answer is None or request.method not in {"GET", "HEAD"}:
            return web.json_response({"error": "ask GET /health or GET /status"}, status=404)
        return await answer()

    async def health(self) -> web.Response:
        """200 when messages can be signed, judged and logged; else 503, and what is missing."""
        checks = {
            "global_configuration": self._configuration(),
            "own_certificates": "; ".join(self.own.missing()) or "ok",
            "message_log": await self._log(),
        }
        good = all(told == "ok" for told in checks.values())
        warnings = {"timestamping": self._timestamping(), "registry": self._registry()}
        degraded = any(told != "ok" for told in warnings.values())
        status = ("degraded" if degraded else "ok") if good else "failing"
        return web.json_response({"status": status, "checks": checks | warnings}, status=200 if good else 503)

    async def status(self) -> web.Response:
        """Figures: exchanges logged, the newest one's time, messages without a time stamp."""
        try:
            unstamped: int | None = await LogReader(self.pool).unstamped()
        except (psycopg.Error, PoolTimeout):
            unstamped = None
        told: dict[str, Any] = {
            "messages": self.counter.exchanges,
            "last": _iso(self.counter.last),
            "untimestamped": unstamped,
            "timestamping_failing_since": _iso(self.stamping.failing_since if self.stamping else None),
            "configuration_expires": _iso(self.configuration.expires),
        }
        return web.json_response(told)

    def _configuration(self) -> str:
        try:
            self.configuration.view()
        except ExchangeError as exc:
            return exc.detail
        return "ok"

    async def _log(self) -> str:
        try:
            async with self.pool.connection(timeout=2.0) as connection:
                await connection.execute("SELECT 1")
        except (psycopg.Error, PoolTimeout):
            return "the message log's database does not answer"
        return "ok"

    def _timestamping(self) -> str:
        if self.stamping is None:
            return "no time-stamping authority is configured; evidence has no time stamps"
        since = self.stamping.failing_since
        return "ok" if since is None else f"no time stamps since {_iso(since)}; messages go on and wait"

    def _registry(self) -> str:
        since = self.configuration.failing_since
        return "ok" if since is None else f"no new configuration since {_iso(since)}"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
