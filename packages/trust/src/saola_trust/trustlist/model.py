"""The trusted list as values: services with their status over time, and the questions asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cryptography import x509

from saola_trust.certificates import issued_by

ServiceKind = Literal["ca", "tsa", "ocsp"]
LONGEST_PATH = 4


@dataclass(frozen=True, slots=True)
class StatusPeriod:
    """From `since` on the service was granted, or withdrawn."""

    granted: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class TrustedService:
    """One service of a provider. `periods` are its states, in any order; none means never granted."""

    kind: ServiceKind
    provider: str
    name: str
    certificate: x509.Certificate
    periods: tuple[StatusPeriod, ...]

    def granted(self, at: datetime) -> bool:
        """Whether the service counted at that time."""
        begun = [period for period in self.periods if period.since <= at]
        return bool(begun) and max(begun, key=lambda period: period.since).granted


@dataclass(frozen=True, slots=True)
class ListInformation:
    """Who operates the list and which issue of it this is."""

    territory: str
    operator_name: str
    scheme_name: str
    information_url: str
    sequence: int
    issued_at: datetime
    next_update: datetime


@dataclass(frozen=True, slots=True)
class TrustedServices:
    """The services of a list. Empty by default: nothing is trusted that is not listed."""

    services: tuple[TrustedService, ...] = ()
    information: ListInformation | None = field(default=None)

    def granted(self, kind: ServiceKind, *, at: datetime) -> tuple[x509.Certificate, ...]:
        """The certificates of the services of this kind that counted at that time."""
        return tuple(s.certificate for s in self.services if s.kind == kind and s.granted(at))

    def listed(self, kind: ServiceKind) -> tuple[x509.Certificate, ...]:
        """The certificates of all services of this kind, whatever their status."""
        return tuple(service.certificate for service in self.services if service.kind == kind)

    def path(
        self, certificate: x509.Certificate, *, at: datetime, helpers: Iterable[x509.Certificate] = ()
    ) -> tuple[x509.Certificate, ...] | None:
        """From the certificate's issuer up to an authority granted at that time; None when there is no such path.

        `helpers` may stand in between only when they are certificate authorities themselves.
        """
        return _path(certificate, self.granted("ca", at=at), [h for h in helpers if _is_authority(h)], at)


def _path(
    certificate: x509.Certificate,
    anchors: Sequence[x509.Certificate],
    helpers: Sequence[x509.Certificate],
    at: datetime,
) -> tuple[x509.Certificate, ...] | None:
    found: list[x509.Certificate] = []
    current = certificate
    for _ in range(LONGEST_PATH):
        if anchor := issued_by(current, anchors):
            return (*found, anchor)
        between = issued_by(current, [helper for helper in helpers if helper not in found and helper != current])
        if between is None or not between.not_valid_before_utc <= at <= between.not_valid_after_utc:
            return None
        found.append(between)
        current = between
    return None


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
