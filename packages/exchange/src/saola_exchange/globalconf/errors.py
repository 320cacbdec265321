"""What can be wrong with a configuration."""

from __future__ import annotations

from typing import ClassVar

from saola_exchange.errors import ExchangeError, Whose


class ConfigurationInvalid(ExchangeError):
    """A configuration, or a part of it, that must not be used."""

    code = "malformed_global_conf"
    fault: Whose = "operator"
    remedy = "Check the anchor and the address of the registry; the configuration in use stays in use."


class ConfigurationOutdated(ConfigurationInvalid):
    """The configuration has expired: nobody may act on it any longer."""

    code = "global_conf_outdated"
    remedy = "Find out why no new configuration arrives: is the registry running and reachable?"


class ConfigurationUnreachable(ExchangeError):
    """No source of the configuration answered."""

    code = "global_conf_download_url_connection_failure"
    fault: Whose = "operator"
    remedy = "Check the network and that the registry runs; the configuration in use stays in use until it expires."
    retry: ClassVar[bool] = True
