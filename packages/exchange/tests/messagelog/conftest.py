"""Records and a database for tests of the log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from saola_exchange.messagelog.database import Pool, make_partitions, migrate, open_pool
from saola_exchange.messagelog.records import Kind, LogRecord, Side, SignedMessage

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def build_record(number: int = 1, **changes: Any) -> LogRecord:
    """A logged request; `changes` replace fields."""
    message = SignedMessage(head=b"GET", body=b"body", body_size=4, signature=f"<signature{number}/>".encode())
    values: dict[str, Any] = {
        "id": number,
        "at": NOON,
        "query_id": f"query-{number}",
        "request_id": f"request-{number}",
        "kind": Kind.REQUEST,
        "side": Side.CONSUMER,
        "owner": "EX/GOV/A/site",
        "client": "EX/GOV/A/site",
        "service": "EX/GOV/B/register/persons",
        "server": "EX/GOV/B/server",
        "purpose": "procedure:1",
        "legal_ground": "Article 1",
        "data_subject": "000",
        "dossier": None,
        "message": message,
    }
    return LogRecord(**(values | changes))


@pytest.fixture
def make_record() -> Callable[..., LogRecord]:
    return build_record


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """The log's database of one test, with the days around 22 November 2026."""
    opened = open_pool(database_url)
    await opened.open()
    await migrate(opened)
    await make_partitions(opened, at=NOON)
    yield opened
    await opened.close()
