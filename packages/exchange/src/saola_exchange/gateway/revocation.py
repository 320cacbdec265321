"""Fresh OCSP answers about the gateway's own certificates: they go along with every message.

They are fetched in the background and kept on disk; while the responder is away the last ones serve
until they are too old.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from saola_trust.errors import TrustError
from saola_trust.revocation import RevocationStatus, build_request, verify_response

from saola_exchange.errors import ExchangeError
from saola_exchange.globalconf.parameters import Authority

from .downloads import read_limited
from .errors import CertificateNotTrusted, NotReady
from .keys import write_durably

log = logging.getLogger(__name__)

FIRST_RETRY, LAST_RETRY = 0.25, 60.0
LARGEST_ANSWER = 256 * 1024


@lru_cache(maxsize=1024)
def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, in hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def verify(
    certificate: x509.Certificate, *, authority: Authority, answer: bytes, freshness: timedelta, at: datetime
) -> RevocationStatus:
    """The status in one answer, if the answer may be believed. Raises TrustError."""
    return verify_response(
        answer,
        certificate=certificate,
        issuer=authority.certificate,
        responders=[service.certificate for service in authority.ocsp if service.certificate is not None],
        at=at,
        freshness=freshness,
    )


class Responder(Protocol):
    """Who answers about certificates."""

    async def ask(self, *, urls: Sequence[str], request: bytes) -> bytes:
        """The answer (DER) of the first that gives one. Raises CertificateNotTrusted when none does."""
        ...


@dataclass(frozen=True, slots=True)
class HttpResponder:
    """Over HTTP (RFC 6960 appendix A)."""

    session: aiohttp.ClientSession

    async def ask(self, *, urls: Sequence[str], request: bytes) -> bytes:
        """See `Responder`."""
        timeout, headers = aiohttp.ClientTimeout(total=20), {"Content-Type": "application/ocsp-request"}
        for url in urls:
            try:
                async with self.session.post(url, data=request, headers=headers, timeout=timeout) as answer:
                    if answer.status == 200:
                        return await read_limited(answer.content, limit=LARGEST_ANSWER)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as exc:
                log.info("the OCSP responder %s does not answer: %s", url, type(exc).__name__)
        raise CertificateNotTrusted("no OCSP responder of the certificate's authority answers")


@dataclass(frozen=True, slots=True)
class _Own:
    answer: bytes
    this_update: datetime
    next_update: datetime | None


@dataclass(slots=True)
class OwnStatus:
    """OCSP answers about the gateway's own certificates."""

    folder: Path
    certificates: Sequence[x509.Certificate]
    responder: Responder
    authority_of: Callable[[x509.Certificate], Authority]
    freshness: Callable[[], timedelta]
    clock: Callable[[], datetime]
    _known: dict[str, _Own] = field(default_factory=dict)
    _responders_known: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        """There is a global configuration now, hence somebody to ask."""
        self._responders_known.set()

    def load(self) -> None:
        """Take what an earlier run left on disk, as far as it still counts."""
        for certificate in self.certificates:
            path = self._path(certificate)
            if path.is_file():
                try:
                    self._take(certificate, path.read_bytes())
                except (TrustError, ExchangeError, OSError) as exc:
                    log.info("the kept OCSP answer %s is not used: %s", path.name, exc)

    def answer_for(self, certificate: x509.Certificate) -> bytes:
        """The fresh answer about one of the own certificates. Raises NotReady."""
        own, now = self._known.get(fingerprint(certificate)), self.clock()
        if own is None:
            raise NotReady("there is no OCSP answer about the gateway's own certificate yet")
        if own.this_update + self.freshness() < now or (own.next_update is not None and own.next_update < now):
            raise NotReady("the OCSP answer about the gateway's own certificate is too old")
        return own.answer

    def missing(self) -> list[str]:
        """What keeps the gateway from working, one line a certificate."""
        problems = []
        for certificate in self.certificates:
            try:
                self.answer_for(certificate)
            except NotReady as exc:
                problems.append(exc.detail)
        return problems

    async def refresh(self) -> bool:
        """Fetch new answers; whether all could be had."""
        complete = True
        for certificate in self.certificates:
            try:
                authority = self.authority_of(certificate)
                request = build_request(certificate=certificate, issuer=authority.certificate)
                answer = await self.responder.ask(urls=[service.url for service in authority.ocsp], request=request)
                self._take(certificate, answer)
                write_durably(self._path(certificate), answer)
            except (TrustError, ExchangeError, OSError) as exc:
                complete = False
                log.warning("no new OCSP answer about the own certificate: %s", exc)
        return complete

    async def run(self) -> None:
        """Refresh three times in the time an answer is fresh, until cancelled; failures are tried again sooner."""
        await self._responders_known.wait()
        pause = FIRST_RETRY
        while True:
            if await self.refresh():
                pause = FIRST_RETRY
                await asyncio.sleep(self.freshness().total_seconds() / 3)
            else:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_RETRY)

    def _take(self, certificate: x509.Certificate, answer: bytes) -> None:
        authority = self.authority_of(certificate)
        status = verify(certificate, authority=authority, answer=answer, freshness=self.freshness(), at=self.clock())
        if status.state == "revoked":  # an earlier good answer must not serve until it is too old
            self._known.pop(fingerprint(certificate), None)
            self._path(certificate).unlink(missing_ok=True)
        if not status.good:
            raise CertificateNotTrusted(f"the own certificate is {status.state}")
        self._known[fingerprint(certificate)] = _Own(answer, status.this_update, status.next_update)

    def _path(self, certificate: x509.Certificate) -> Path:
        return self.folder / f"{fingerprint(certificate)}.ocsp"
