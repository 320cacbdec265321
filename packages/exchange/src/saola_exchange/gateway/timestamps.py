"""Time stamps over HTTP (RFC 3161 §3.4), believed only from the authorities that the registry approves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from saola_trust import timestamps
from saola_trust.errors import TrustError

from saola_exchange.errors import ExchangeError
from saola_exchange.globalconf import ConfigurationView
from saola_exchange.messagelog.errors import StampingFailed

from .downloads import read_limited

LARGEST_ANSWER = 256 * 1024


@dataclass(frozen=True, slots=True)
class HttpTimestampAuthority:
    """The authority at `url`."""

    session: aiohttp.ClientSession
    url: str
    view: Callable[[], ConfigurationView]
    new_nonce: Callable[[], int]

    async def stamp(self, data: bytes) -> bytes:
        """An RFC 3161 token (DER) over SHA-512 of the data, verified. Raises StampingFailed."""
        asked = timestamps.request(hashlib.sha512(data).digest(), hash_name="SHA-512", nonce=self.new_nonce())
        try:
            answer = await self._post(asked)
            token = timestamps.token_of(answer, asked=asked)
            approved = [service.certificate for service in self.view().timestamping()]
            timestamps.verify(token, data=data, authorities=approved)
        except (TrustError, ExchangeError) as exc:
            raise StampingFailed(f"the time stamp of {self.url} is not usable: {exc.detail}") from exc
        return token

    async def _post(self, asked: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        timeout = aiohttp.ClientTimeout(total=60, connect=20)
        try:
            async with self.session.post(self.url, data=asked, headers=headers, timeout=timeout) as answer:
                if answer.status != 200:
                    raise StampingFailed(f"the time-stamping authority answered {answer.status}")
                return await read_limited(answer.content, limit=LARGEST_ANSWER)
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise StampingFailed(f"the time-stamping authority {self.url} does not answer") from exc
