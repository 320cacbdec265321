"""Which information system is calling: the own subsystems, each known by a token."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from saola_exchange.protocol.identifiers import ClientId

from .configuration import LocalClient
from .errors import ClientNotAuthenticated, UnknownClient


class LocalClients:
    """The information systems that may call through this gateway."""

    def __init__(self, clients: Sequence[LocalClient]) -> None:
        self._tokens = {client.subsystem: client.token for client in clients}

    def authenticate(self, *, client: ClientId, token: str | None) -> None:
        """Refuse whoever cannot prove to be `client`. Raises UnknownClient, ClientNotAuthenticated."""
        if client not in self._tokens:
            raise UnknownClient(f"{client} is not a client of this gateway")
        expected = self._tokens[client]
        if expected is None:
            return
        if token is None:
            raise ClientNotAuthenticated(f"the token of {client} is missing")
        if not hmac.compare_digest(token.encode("utf-8", "surrogateescape"), expected.encode()):
            raise ClientNotAuthenticated(f"the token is not that of {client}")
