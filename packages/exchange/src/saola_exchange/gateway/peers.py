"""Believing other gateways: their TLS certificates and their signing certificates.

What is checked stands in `saola_exchange.globalconf`; here a good verdict is kept for a minute, so that
a busy pair of gateways does not verify the same OCSP answer for every message. A new global
configuration makes all verdicts void.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from saola_trust.certificates import load_certificate
from saola_trust.errors import TrustError

from saola_exchange.globalconf import CertificateRefused, ConfigurationView, require_authentication, require_signer
from saola_exchange.globalconf.parameters import Server
from saola_exchange.protocol.identifiers import ClientId
from saola_exchange.protocol.signature import VerifiedSignature

from .errors import PeerNotTrusted
from .revocation import fingerprint

VERDICT_FOR = timedelta(seconds=60)
MOST_VERDICTS = 4096
NO_GOOD_ANSWER = "incorrect_validation_info"


class OcspMissing(PeerNotTrusted):
    """Only a fresh OCSP answer about the other gateway's certificate is missing; it can be asked for."""

    def __init__(self, certificate: x509.Certificate, reason: CertificateRefused) -> None:
        super().__init__(reason.detail, code=reason.code)
        self.certificate = certificate


@dataclass(slots=True)
class Peers:
    """Verdicts about the certificates of others. `ocsp_known` gives the OCSP answers fetched from a gateway."""

    view: Callable[[], ConfigurationView]
    ocsp_known: Callable[[x509.Certificate], Sequence[bytes]]
    clock: Callable[[], datetime]
    _good: dict[Hashable, tuple[datetime, Server | None]] = field(default_factory=dict)

    def forget(self) -> None:
        """Make all verdicts void."""
        self._good.clear()

    def require_provider(self, der: bytes, *, address: str, provider: ClientId) -> None:
        """Refuse a TLS server that is not the provider's gateway at that address.

        Raises OcspMissing, CertificateRefused, PeerNotTrusted.
        """
        certificate = _certificate(der)
        try:
            server = self._authenticated(certificate, self.ocsp_known(certificate), provider)
        except CertificateRefused as exc:
            if exc.code.endswith(NO_GOOD_ANSWER):
                raise OcspMissing(certificate, exc) from exc
            raise
        if server.address != address:
            raise PeerNotTrusted(f"the gateway {server.id} answers at {address}, where it is not registered")

    def require_consumer(self, der: bytes, *, client: ClientId, ocsp_responses: Sequence[bytes]) -> Server:
        """The gateway behind a TLS client, which must be one of the client's. Raises CertificateRefused."""
        return self._authenticated(_certificate(der), ocsp_responses, client)

    def require_signer(self, signature: VerifiedSignature, *, sender: ClientId) -> None:
        """Refuse a signature of anybody but the sender's member. Raises CertificateRefused."""
        key = ("signer", fingerprint(signature.certificate), _digests(signature.ocsp_responses), sender)
        if self._kept(key) is not None:
            return
        now = self.clock()
        require_signer(
            self.view(),
            certificate=signature.certificate,
            intermediates=signature.intermediates,
            ocsp_responses=signature.ocsp_responses,
            sender=sender,
            at=now,
        )
        self._keep(key, now, None)

    def _authenticated(self, certificate: x509.Certificate, answers: Sequence[bytes], client: ClientId) -> Server:
        key = ("tls", fingerprint(certificate), _digests(answers), client)
        kept = self._kept(key)
        if kept is not None and kept[1] is not None:
            return kept[1]
        now = self.clock()
        server = require_authentication(
            self.view(), certificate=certificate, intermediates=(), ocsp_responses=answers, client=client, at=now
        )
        self._keep(key, now, server)
        return server

    def _kept(self, key: Hashable) -> tuple[datetime, Server | None] | None:
        kept = self._good.get(key)
        return kept if kept is not None and self.clock() < kept[0] else None

    def _keep(self, key: Hashable, now: datetime, server: Server | None) -> None:
        if len(self._good) >= MOST_VERDICTS:
            self._good.clear()
        self._good[key] = (now + VERDICT_FOR, server)


@lru_cache(maxsize=512)
def _certificate(der: bytes) -> x509.Certificate:
    try:
        return load_certificate(der)
    except TrustError as exc:
        raise PeerNotTrusted(f"the other gateway's certificate cannot be read: {exc.detail}") from exc


def _digests(answers: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(hashlib.sha256(answer).digest() for answer in answers)
