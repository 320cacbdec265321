"""The OCSP responder (RFC 6960): what the authority's table says now, signed by the hierarchy's delegate."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from aiohttp import web

from saola_trust.errors import AlgorithmRefused, MalformedRevocation
from saola_trust.revocation import CertificateStatus, Question, build_error, build_response, parse_request
from saola_trust.services.authority import Hierarchy
from saola_trust.services.problems import NotFound
from saola_trust.services.store import Store, StoreUnavailable

MEDIA_TYPE = "application/ocsp-response"
GOOD_FOR = timedelta(hours=12)


class OcspService:
    """Answers POST and GET under ``/ocsp/{hierarchy}``."""

    def __init__(
        self, *, hierarchies: Mapping[str, Hierarchy], store: Store, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._hierarchies, self._store = hierarchies, store
        self._clock = clock or (lambda: datetime.now(UTC))

    def routes(self) -> list[web.RouteDef]:
        """Where it answers."""
        return [web.post("/ocsp/{hierarchy}", self.post), web.get("/ocsp/{hierarchy}/{request:.+}", self.get)]

    async def post(self, request: web.Request) -> web.Response:
        """RFC 6960 appendix A.1, POST."""
        return await self._answer(request, await request.read())

    async def get(self, request: web.Request) -> web.Response:
        """RFC 6960 appendix A.1, GET: the base64 of the request in the path, itself percent-encoded."""
        text = unquote(request.match_info["request"]).strip("/")
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return _response(build_error("malformed_request"))
        return await self._answer(request, data)

    async def _answer(self, request: web.Request, data: bytes) -> web.Response:
        hierarchy = self._hierarchies.get(request.match_info["hierarchy"])
        if hierarchy is None:
            raise NotFound("there is no such hierarchy")
        try:
            question = parse_request(data)
        except (MalformedRevocation, AlgorithmRefused):
            return _response(build_error("malformed_request"))
        if not question.names(hierarchy.issuer.certificate):
            return _response(build_error("unauthorized"))
        try:
            status = await self._status(hierarchy, question)
        except StoreUnavailable:
            return _response(build_error("try_later"))
        now = self._clock()
        answer = build_response(question=question, status=status, responder=hierarchy.responder, produced_at=now,
                                next_update=now + GOOD_FOR)  # fmt: skip
        return _response(answer)

    async def _status(self, hierarchy: Hierarchy, question: Question) -> CertificateStatus:
        row = await self._store.one(
            "SELECT revoked_at, reason FROM certificate WHERE hierarchy = %s AND serial = %s",
            hierarchy.name, f"{question.serial_number:x}",
        )  # fmt: skip
        if row is None:
            # RFC 6960 §2.2: what was never issued is not good.
            return CertificateStatus("unknown")
        if row["revoked_at"] is None:
            return CertificateStatus("good")
        return CertificateStatus("revoked", row["revoked_at"].astimezone(UTC), row["reason"] or "unspecified")


def _response(body: bytes) -> web.Response:
    return web.Response(body=body, content_type=MEDIA_TYPE)
