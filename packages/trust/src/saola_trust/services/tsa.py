"""The time-stamp service (RFC 3161 over HTTP, §3.4)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from aiohttp import web
from cryptography import x509

from saola_trust.errors import AlgorithmRefused, TrustError
from saola_trust.keystore import Signer
from saola_trust.timestamps import issue, parse_request, refuse


class TimestampService:
    """Stamps whatever digest it is sent; it keeps no state, and its serial numbers are random."""

    def __init__(
        self, *, authority: Signer, chain: Sequence[x509.Certificate], clock: Callable[[], datetime] | None = None
    ) -> None:
        self._authority, self._chain = authority, chain
        self._clock = clock or (lambda: datetime.now(UTC))

    def routes(self) -> list[web.RouteDef]:
        """Where it answers."""
        return [web.post("/tsa", self.stamp)]

    async def stamp(self, request: web.Request) -> web.Response:
        """A token, or a rejection that says why; both with HTTP 200, as the protocol has it."""
        try:
            asked = parse_request(await request.read())
        except AlgorithmRefused as exc:
            answer = refuse(reason=exc.detail, failure="bad_alg")
        except TrustError as exc:
            answer = refuse(reason=exc.detail, failure="bad_data_format")
        else:
            answer = issue(
                asked, authority=self._authority, chain=self._chain, at=self._clock(), serial=secrets.randbits(63) | 1
            )
        return web.Response(body=answer, content_type="application/timestamp-reply")
