"""The exchange as this site sees it: its own gateway, under its own subsystem.

`exchange()` is the only way to data of other organisations. Tests put a FakeExchange in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from saola_exchange.client import Exchange, ExchangeClient

from saola_platform.errors import ConfigurationInvalid
from saola_platform.kernel.configuration import ExchangeSettings, cached_secret, site
from saola_platform.kernel.country import country

_in_place: list[Exchange] = []


def exchange() -> Exchange:
    """The client of the own gateway; raises ConfigurationInvalid where the site has none."""
    if _in_place:
        return _in_place[-1]
    settings = site().exchange
    if settings is None:
        raise ConfigurationInvalid(
            "this site has no exchange", remedy="Add the section `exchange` to its configuration."
        )
    return _client(settings)


@cache
def _client(settings: ExchangeSettings) -> ExchangeClient:
    token = cached_secret(settings.client_token_file) if settings.client_token_file else None
    return ExchangeClient(gateway=settings.gateway, client=settings.client, token=token)


@contextmanager
def using(other: Exchange) -> Iterator[Exchange]:
    """For tests: within the block every call goes to `other`."""
    _in_place.append(other)
    try:
        yield other
    finally:
        _in_place.pop()


def provider(*, organisation: str, subsystem: str, service: str) -> str:
    """The full name "I/C/M/S/service" of a service of an organisation of the country.

    `organisation` is its code in the country folder; one without a gateway of its own is reached
    through its parent's. Raises ConfigurationInvalid when none of them takes part in the exchange.
    """
    address = country().exchange_of(organisation)
    settings = site().exchange
    if address is None or settings is None:
        raise ConfigurationInvalid(f"organisation {organisation} takes no part in the exchange")
    return f"{settings.instance}/{address.member_class}/{address.member_code}/{subsystem}/{service}"
