"""What can be wrong with a container."""

from __future__ import annotations

from saola_exchange.errors import ExchangeError, Whose


class NotAContainer(ExchangeError):
    """Bytes that are no ZIP archive at all: there is nothing to judge."""

    code = "asic_invalid_container"
    fault: Whose = "caller"
    remedy = "Give the container as it was downloaded; it is a ZIP file with the extension .asice."


class ContainerInvalid(ExchangeError):
    """A container that cannot count as evidence; the code says why."""

    code = "asic_invalid_container"
    fault: Whose = "peer"
    remedy = "Ask the other side of the exchange for its copy of the message; both sides keep one."
