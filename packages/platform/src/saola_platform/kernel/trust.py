"""The trust services as this site uses them: the trusted list (cached), time stamps and OCSP."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from saola_trust.certificates import load_certificate
from saola_trust.errors import TrustError
from saola_trust.services.client import EvidenceSource, HttpEvidence, read_trustlist
from saola_trust.trustlist import TrustedServices

from saola_platform.errors import ConfigurationInvalid, PeerUnavailable
from saola_platform.kernel.configuration import TrustSettings, site

FRESH: Final = timedelta(minutes=10)
# The list's publisher may be down for hours; what was verified once stays good for a day.
LONGEST: Final = timedelta(hours=24)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    services: TrustedServices
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class _InPlace:
    services: TrustedServices
    evidence: EvidenceSource


_cache: dict[TrustSettings, _Kept] = {}
_in_place: list[_InPlace] = []


def trusted_services(*, at: datetime) -> TrustedServices:
    """The verified trusted list, at most ten minutes old, a day when its publisher is down; raises PeerUnavailable."""
    if _in_place:
        return _in_place[-1].services
    settings = _settings()
    kept = _cache.get(settings)
    if kept is not None and timedelta(0) <= at - kept.fetched_at < FRESH:
        return kept.services
    try:
        operator = load_certificate(settings.trustlist_certificate_file.read_bytes())
        services = read_trustlist(settings.trustlist_url, operator_certificate=operator, at=at)
    except (TrustError, OSError) as exc:
        if kept is not None and at - kept.fetched_at < LONGEST:
            log.warning("the trusted list cannot be renewed, the last one is used: %s", exc)
            return kept.services
        raise PeerUnavailable(f"the trusted list cannot be read: {exc}") from exc
    _cache[settings] = _Kept(services=services, fetched_at=at)
    return services


def evidence_source() -> EvidenceSource:
    """Where time stamps and OCSP answers for signatures come from."""
    return _in_place[-1].evidence if _in_place else HttpEvidence(_settings().tsa_url)


@contextmanager
def using(*, services: TrustedServices, evidence: EvidenceSource) -> Iterator[None]:
    """For tests: within the block these stand for the trust services."""
    _in_place.append(_InPlace(services, evidence))
    try:
        yield
    finally:
        _in_place.pop()


def _settings() -> TrustSettings:
    settings = site().trust
    if settings is None:
        raise ConfigurationInvalid("this site has no trust services", remedy="Add the section `trust`.")
    return settings
