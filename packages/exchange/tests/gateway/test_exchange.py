"""Messages between real gateways, end to end."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_message_goes_through_and_its_answer_comes_home(exchange: Any) -> None:
    status, headers, body = await exchange.call("GET", "/open/a%20b?x=1&y=%C3%A9", headers={"X-Road-Id": "first"})
    assert (status, json.loads(body)) == (200, {"method": "GET", "path": "/base/open/a%20b?x=1&y=%C3%A9", "size": 0})
    assert headers["x-road-id"] == "first"
    assert headers["x-road-request-hash"]
    assert headers["x-own"] == "yes"
