"""What can be wrong with the registry's files."""

from __future__ import annotations

from saola_exchange.errors import ExchangeError, Whose


class RegistryStateInvalid(ExchangeError):
    """A file of the registry that cannot be read or contradicts another."""

    code = "registry_state_invalid"
    fault: Whose = "operator"
    remedy = "Correct the file that is named; the configuration published before stays published."
