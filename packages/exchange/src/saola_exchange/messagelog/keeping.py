"""The log's housekeeping: tomorrow's partitions are made ahead, days past their time are dropped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg_pool import PoolTimeout

from .database import Pool, drop_old_partitions, make_partitions
from .writer import now_utc

log = logging.getLogger(__name__)

HOUR = 3600.0


@dataclass(slots=True)
class Housekeeping:
    """The background task; `keep_days` None keeps every day."""

    pool: Pool
    keep_days: int | None
    clock: Callable[[], datetime] = now_utc

    async def run(self) -> None:
        """Do it once an hour until cancelled."""
        while True:
            await asyncio.sleep(HOUR)
            try:
                await self.once()
            except (psycopg.Error, PoolTimeout) as exc:
                log.warning("the log's housekeeping waits for the database: %s", exc)

    async def once(self) -> list[str]:
        """Make and drop partitions; gives the names of those dropped."""
        now = self.clock()
        await make_partitions(self.pool, at=now)
        if self.keep_days is None:
            return []
        dropped = await drop_old_partitions(self.pool, before=(now - timedelta(days=self.keep_days)).date())
        if dropped:
            log.info("dropped old days of the message log: %s", ", ".join(dropped))
        return dropped
