"""The trusted list of this installation, signed anew before it grows old."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography import x509

from saola_trust.certificates import certificate_pem
from saola_trust.errors import TrustListInvalid
from saola_trust.keystore import Signer, SoftwareSigner
from saola_trust.services.authority import Hierarchy
from saola_trust.services.folder import write_private
from saola_trust.services.settings import Settings
from saola_trust.trustlist import (
    ListInformation,
    ServiceKind,
    StatusPeriod,
    TrustedService,
    TrustedServices,
    build,
    parse_and_verify,
    sign_list,
)

GOOD_FOR = timedelta(days=30)
RENEWED_AFTER = timedelta(days=1)
NAMES = {"public": "National provider", "government": "Government provider"}


class ListService:
    """Serves the list; kept in a file, so that its number only ever rises."""

    def __init__(
        self,
        *,
        settings: Settings,
        operator: SoftwareSigner,
        hierarchies: Mapping[str, Hierarchy],
        tsa: Signer,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._settings, self._operator, self._hierarchies, self._tsa = settings, operator, hierarchies, tsa
        self._clock = clock or (lambda: datetime.now(UTC))
        self._file: Path = settings.data / "trustlist.xml"
        self._served: tuple[datetime, bytes] | None = None

    def routes(self) -> list[web.RouteDef]:
        """Where it answers."""
        return [web.get("/trustlist.xml", self.serve), web.get("/trustlist.crt", self.certificate)]

    async def serve(self, _: web.Request) -> web.Response:
        """The signed list."""
        return web.Response(body=self.current(), content_type="application/xml")

    async def certificate(self, _: web.Request) -> web.Response:
        """The operator's certificate; whoever relies on the list must compare it out of band."""
        return web.Response(text=certificate_pem(self._operator.certificate), content_type="application/x-pem-file")

    def current(self) -> bytes:
        """The list of today; signed anew when a day old, or when the services are others than yesterday's."""
        now = self._clock()
        if self._served is None or self._served[0] + RENEWED_AFTER < now:
            self._served = self._renew(now)
        return self._served[1]

    def _renew(self, now: datetime) -> tuple[datetime, bytes]:
        known, xml = self._stored(now)
        services = tuple(self._services())
        before = known.information
        if before is not None and before.issued_at + RENEWED_AFTER > now and known.services == services:
            return before.issued_at, xml
        information = ListInformation(
            territory=self._settings.country,
            operator_name=self._settings.operator_name,
            scheme_name="Trusted list",
            information_url=f"{self._settings.public_url}/trustlist.xml",
            sequence=(before.sequence if before else 0) + 1,
            issued_at=now.replace(microsecond=0),
            next_update=now.replace(microsecond=0) + GOOD_FOR,
        )
        xml = sign_list(build(information=information, services=services), signer=self._operator, at=now)
        write_private(self._file, xml)
        return information.issued_at, xml

    def _stored(self, now: datetime) -> tuple[TrustedServices, bytes]:
        if not self._file.exists():
            return TrustedServices(), b""
        xml = self._file.read_bytes()
        try:
            return parse_and_verify(
                xml, operator_certificate=self._operator.certificate, at=datetime.min.replace(tzinfo=UTC)
            ), xml
        except TrustListInvalid:
            # Damaged, or by an operator of before: a new one is made, numbered by the clock so that it still rises.
            return TrustedServices(
                (), ListInformation("", "", "", "", int(now.timestamp()), datetime.min.replace(tzinfo=UTC), now)
            ), b""

    def _services(self) -> list[TrustedService]:
        listed = [
            _service("ca", h.name, h.issuer.certificate.subject.rfc4514_string(), h.issuer.certificate)
            for h in self._hierarchies.values()
        ]
        tsa = self._tsa.certificate
        return [*listed, _service("tsa", "government", tsa.subject.rfc4514_string(), tsa)]


def _service(kind: ServiceKind, hierarchy: str, name: str, certificate: x509.Certificate) -> TrustedService:
    since = (StatusPeriod(True, certificate.not_valid_before_utc),)
    return TrustedService(kind, NAMES.get(hierarchy, hierarchy), name, certificate, since)
