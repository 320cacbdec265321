"""The client of an organisation's own gateway: what a web site or a register uses to call others.

Synchronous, standard library only. `Exchange` is the seam; `ExchangeClient` speaks to a real
gateway, `FakeExchange` answers from a programme in tests. Nothing is ever repeated by itself:
whoever calls knows whether a repetition is safe, and says so with an idempotency key.
"""

from __future__ import annotations

from saola_exchange.errors import ExchangeError

from .calls import Exchange, ExchangeResponse
from .errors import CallFailed, ExchangeRefused, ExchangeUnavailable
from .exchange import ExchangeClient
from .fake import FakeExchange, RecordedCall

__all__ = [
    "CallFailed",
    "Exchange",
    "ExchangeClient",
    "ExchangeError",
    "ExchangeRefused",
    "ExchangeResponse",
    "ExchangeUnavailable",
    "FakeExchange",
    "RecordedCall",
]
