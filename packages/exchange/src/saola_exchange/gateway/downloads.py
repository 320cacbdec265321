"""Reading the answers of other servers whole, but never without end."""

from __future__ import annotations

import aiohttp


async def read_limited(content: aiohttp.StreamReader, *, limit: int) -> bytes:
    """All bytes of an answer. Raises ClientPayloadError when there are more than `limit`."""
    collected = bytearray()
    async for chunk in content.iter_any():
        collected += chunk
        if len(collected) > limit:
            raise aiohttp.ClientPayloadError(f"the answer is larger than {limit} bytes")
    return bytes(collected)
