"""The trusted list (TS 119 612): which authorities count, since when; built, signed, read and verified. No I/O."""

from __future__ import annotations

from saola_trust.trustlist.building import build, sign_list
from saola_trust.trustlist.model import ListInformation, ServiceKind, StatusPeriod, TrustedService, TrustedServices
from saola_trust.trustlist.reading import parse_and_verify

__all__ = [
    "ListInformation",
    "ServiceKind",
    "StatusPeriod",
    "TrustedService",
    "TrustedServices",
    "build",
    "parse_and_verify",
    "sign_list",
]
