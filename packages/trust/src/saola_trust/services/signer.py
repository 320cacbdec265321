"""The signer service over HTTP: keys that only the person who is signed in, or the organisation, can use."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from joserfc.jwk import ECKey

from saola_trust.errors import RequestRefused, ServiceUnavailable
from saola_trust.services.activation import check_scope, read_activation
from saola_trust.services.custody import Custody
from saola_trust.services.problems import NotAllowed, days_field, json_object, require_token, text_field
from saola_trust.services.settings import HIERARCHIES
from saola_trust.services.subjects import checked_subject

PERSONAL_KINDS = ("person", "official")
KINDS = (*PERSONAL_KINDS, "seal")
MOST_HASHES = 50
SHORTEST_PIN, LONGEST_PIN = 4, 64


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what: the operator creates, identity activates, each organisation seals with its own token."""

    operator: bytes = field(repr=False)
    identity: bytes = field(repr=False)
    seals: Mapping[str, bytes] = field(repr=False)
    activation_key: ECKey = field(repr=False)


class SignerService:
    """Answers under ``/signer``. Certificates come from the CA at `ca_url`, over the wire."""

    def __init__(
        self, *, custody: Custody, access: Access, ca_url: str, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._custody, self._access, self._ca_url = custody, access, ca_url
        self._clock = clock or (lambda: datetime.now(UTC))

    def routes(self) -> list[web.RouteDef]:
        """Where it answers."""
        one = "/signer/credentials/{id}"
        return [
            web.post("/signer/credentials", self.create),
            web.get("/signer/credentials", self.listing),
            web.post(f"{one}/signatures", self.sign),
            web.post(f"{one}/seals", self.seal),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """Make the one credential of an owner and kind; 201 when new, 200 when it was there."""
        require_token(request, [self._access.operator])
        body = await json_object(request)
        owner, kind, hierarchy = (text_field(body, name) for name in ("owner", "kind", "hierarchy"))
        if kind not in KINDS:
            raise RequestRefused(f"kind should be one of {', '.join(KINDS)}")
        if hierarchy not in HIERARCHIES:
            raise RequestRefused(f"hierarchy should be one of {', '.join(HIERARCHIES)}")
        checked_subject(kind, body.get("subject"))
        wanted = {
            "profile": kind,
            "subject": body["subject"],
            "valid_days": days_field(body, "valid_days", most=1825, default=730),
        }

        async def certify(csr: str) -> tuple[str, list[str]]:
            return await self._certificate(hierarchy, {**wanted, "csr": csr})

        stored, new = await self._custody.create(
            owner=owner, kind=kind, hierarchy=hierarchy, pin=_new_pin(body, kind), at=self._clock(), certify=certify
        )
        return web.json_response(stored.public(at=self._clock()), status=201 if new else 200)

    async def listing(self, request: web.Request) -> web.Response:
        """The credentials of an owner, for the operator, identity, or the organisation itself."""
        owner = request.query.get("owner", "")
        own = [self._access.seals[owner]] if owner in self._access.seals else []
        require_token(request, [self._access.operator, self._access.identity, *own])
        found = await self._custody.of(owner=owner)
        return web.json_response({"items": [one.public(at=self._clock()) for one in found]})

    async def sign(self, request: web.Request) -> web.Response:
        """Sign hashes with a person's key: identity's token, its activation for exactly this, and the PIN."""
        require_token(request, [self._access.identity])
        body = await json_object(request)
        texts, digests = _hashes(body)
        now = self._clock()
        activation = read_activation(text_field(body, "activation"), key=self._access.activation_key, at=now)
        credential = await self._custody.get(request.match_info["id"])
        if credential.kind not in PERSONAL_KINDS:
            raise NotAllowed("this is an organisation's key: use its seals")
        check_scope(activation, owner=credential.owner, credential=credential.id, hashes=texts)
        pin = body.get("pin")
        values = await self._custody.sign(
            credential, digests=digests, pin=pin if isinstance(pin, str) else "", activation=activation, at=now
        )
        return _signatures(values)

    async def seal(self, request: web.Request) -> web.Response:
        """Sign hashes with an organisation's key, for whoever holds that organisation's token."""
        # An unknown credential and a wrong token look the same from outside.
        credential = await self._custody.get(request.match_info["id"])
        own = self._access.seals.get(credential.owner)
        if credential.kind != "seal" or own is None:
            raise NotAllowed("this key cannot be used for seals")
        require_token(request, [own])
        _, digests = _hashes(await json_object(request))
        return _signatures(await self._custody.seal(credential, digests=digests))

    async def _certificate(self, hierarchy: str, body: Mapping[str, Any]) -> tuple[str, list[str]]:
        headers = {"Authorization": f"Bearer {self._access.operator.decode()}"}
        url = f"{self._ca_url}/ca/{hierarchy}/certificates"
        try:
            timeout = aiohttp.ClientTimeout(total=20)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, json=body, headers=headers) as got,
            ):
                answer = await got.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as exc:
            raise ServiceUnavailable("the certificate authority cannot be reached") from exc
        if got.status not in {200, 201}:
            detail = answer.get("detail") if isinstance(answer, dict) else None
            kind = ServiceUnavailable if got.status >= 500 else RequestRefused
            raise kind(f"the certificate authority refused: {detail or got.status}")
        return str(answer["certificate"]), [str(one) for one in answer["chain"]]


def _new_pin(body: dict[str, Any], kind: str) -> str:
    pin = body.get("pin")
    if kind == "seal":
        if pin is not None:
            raise RequestRefused("an organisation's seal has no PIN; its token opens it")
        return ""
    if not isinstance(pin, str) or not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        raise RequestRefused(f"pin should have {SHORTEST_PIN} to {LONGEST_PIN} characters")
    return pin


def _hashes(body: dict[str, Any]) -> tuple[list[str], list[bytes]]:
    if body.get("hash_algorithm") != "SHA-256":
        raise RequestRefused("hash_algorithm should be SHA-256")
    texts = body.get("hashes")
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_HASHES:
        raise RequestRefused(f"hashes should be a list of 1 to {MOST_HASHES} digests in base64")
    try:
        digests = [base64.b64decode(text, validate=True) for text in texts]
    except (binascii.Error, ValueError, TypeError) as exc:
        raise RequestRefused("a hash is not base64") from exc
    if any(len(digest) != 32 for digest in digests):
        raise RequestRefused("a hash is not a SHA-256 digest of 32 bytes")
    return texts, digests


def _signatures(values: list[bytes]) -> web.Response:
    return web.json_response({"signatures": [base64.b64encode(value).decode("ascii") for value in values]})
