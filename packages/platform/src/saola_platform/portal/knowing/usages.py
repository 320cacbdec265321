"""Merges what all register sites say about the use of one person's data. Nothing of it is kept here.

Each site is asked over the exchange at the same time; one that is down is named, the others are shown.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from saola_blueprint import Country
from saola_exchange.client import Exchange, ExchangeError, ExchangeUnavailable

from saola_platform.errors import ConfigurationInvalid
from saola_platform.kernel.exchange import provider

SERVICE: Final = "data-usage"
PURPOSE: Final = "data-usage"
TIMEOUT_SECONDS: Final = 8.0
PER_SITE: Final = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RegisterSite:
    """A site that keeps registers: all those of one owner in one subsystem."""

    owner: str
    subsystem: str
    name: str
    legal_ground: str

    @property
    def key(self) -> str:
        """Names the site in addresses of the portal."""
        return f"{self.owner}~{self.subsystem}"


@dataclass(frozen=True, slots=True)
class Usage:
    """One use of the person's data, in words."""

    site: RegisterSite
    time: datetime
    action: str
    register_name: str
    organisation: str
    organisation_name: str
    purpose: str
    purpose_name: str
    legal_ground: str
    dossier: str
    message_id: str

    @property
    def dossier_code(self) -> str:
        """The dossier's code; nothing while there is only an application that has none yet."""
        try:
            uuid.UUID(self.dossier)
        except ValueError:
            return self.dossier
        return ""


@dataclass(frozen=True, slots=True)
class Usages:
    """All that could be learned: newest first; ``silent`` are the sites that did not answer."""

    items: tuple[Usage, ...]
    silent: tuple[RegisterSite, ...]


def register_sites(*, country: Country, language: str) -> tuple[RegisterSite, ...]:
    """Every site of the country that keeps registers, once."""
    found: dict[tuple[str, str], RegisterSite] = {}
    for register in country.registers.values():
        key = (register.owner, register.subsystem)
        ground = register.legal_basis[0].number if register.legal_basis else register.id
        name = country.organisations[register.owner].name.in_(language)
        found.setdefault(key, RegisterSite(*key, name=name, legal_ground=ground))
    return tuple(found.values())


def usages_of(*, subject: str, country: Country, exchange: Exchange, language: str) -> Usages:
    """Ask every site at once. Never raises for a site that is down."""
    sites = register_sites(country=country, language=language)

    def ask(site: RegisterSite) -> Sequence[Mapping[str, Any]] | None:
        return _ask(site, subject=subject, exchange=exchange)

    with ThreadPoolExecutor(max_workers=max(1, len(sites))) as pool:
        answers = list(pool.map(ask, sites))
    items = [
        usage
        for site, answer in zip(sites, answers, strict=True)
        for usage in (_usage(one, site=site, country=country, language=language) for one in answer or ())
        if usage is not None
    ]
    silent = tuple(site for site, answer in zip(sites, answers, strict=True) if answer is None)
    return Usages(items=tuple(sorted(items, key=lambda one: one.time, reverse=True)), silent=silent)


def evidence_of(*, site_key: str, message_id: str, subject: str, country: Country, exchange: Exchange) -> bytes | None:
    """The signed request that used the data, from the register's own gateway; None when there is none.

    Raises ExchangeError, also where the register's site is there but cannot answer now.
    """
    site = next((one for one in register_sites(country=country, language="") if one.key == site_key), None)
    if site is None:
        return None
    answer = exchange.call(
        method="GET",
        service=provider(organisation=site.owner, subsystem=site.subsystem, service=SERVICE),
        path=f"/usages/{message_id}/evidence",
        query={"subject": subject},
        purpose=PURPOSE,
        legal_ground=site.legal_ground,
        data_subject=subject,
        timeout=TIMEOUT_SECONDS,
    )
    if answer.status >= 500:
        raise ExchangeUnavailable(
            code=f"register.http_{answer.status}",
            message="the register cannot answer now",
            message_id=answer.message_id,
        )
    return answer.body if answer.status == 200 else None


def _ask(site: RegisterSite, *, subject: str, exchange: Exchange) -> Sequence[Mapping[str, Any]] | None:
    try:
        answer = exchange.call(
            method="GET",
            service=provider(organisation=site.owner, subsystem=site.subsystem, service=SERVICE),
            path="/usages",
            query={"subject": subject, "offset": "0", "limit": str(PER_SITE)},
            purpose=PURPOSE,
            legal_ground=site.legal_ground,
            data_subject=subject,
            timeout=TIMEOUT_SECONDS,
        )
        body = answer.json() if answer.status == 200 else None
    except (ExchangeError, ConfigurationInvalid, ValueError) as error:
        log.warning("data usage of %s: %s", site.key, error)
        return None
    items = body.get("items") if isinstance(body, dict) else None
    return items if isinstance(items, list) else None


def _usage(item: Mapping[str, Any], *, site: RegisterSite, country: Country, language: str) -> Usage | None:
    """A line in words; None for one that no one could read."""
    time = parse_datetime(str(item.get("time", "")))
    if time is None:
        return None
    register = country.registers.get(str(item.get("register")))
    purpose = str(item.get("purpose", ""))
    return Usage(
        site=site,
        time=time,
        action=str(item.get("action", "")),
        register_name=register.name.in_(language) if register else str(item.get("register", "")),
        organisation=str(item.get("organisation", "")),
        organisation_name=_organisation_name(item, country=country, language=language),
        purpose=purpose,
        purpose_name=_purpose_name(purpose, country=country, language=language),
        legal_ground=str(item.get("legal_ground", "")),
        dossier=str(item.get("dossier") or ""),
        message_id=str(item.get("message_id", "")),
    )


def _organisation_name(item: Mapping[str, Any], *, country: Country, language: str) -> str:
    """The country's own name of the member, in the reader's language; else the name the register gave."""
    parts = str(item.get("organisation", "")).split("/")
    member = parts[1:3] if len(parts) >= 3 else []
    for organisation in country.organisations.values():
        address = organisation.exchange
        if address is not None and [address.member_class, address.member_code] == member:
            return organisation.name.in_(language)
    return str(item.get("organisation_name") or item.get("organisation") or "")


def _purpose_name(purpose: str, *, country: Country, language: str) -> str:
    """A procedure's name for `procedure:<code>`; our own question in words; any other purpose as it is."""
    if purpose == PURPOSE:
        return gettext("To show you who used your data")
    kind, _, code = purpose.partition(":")
    procedure = country.procedures.get(code) if kind == "procedure" else None
    return procedure.name.in_(language) if procedure else purpose
