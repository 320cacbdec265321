"""What can go wrong between a caller and its gateway, told so that the caller knows what to do."""

from __future__ import annotations

from saola_exchange.errors import ExchangeError


class CallFailed(ExchangeError):
    """A call that brought no answer of the service.

    `code` is stable, `message` says what happened, `detail` finds the line in the gateway's log,
    `remedy` says what to do, `retry` whether the same call may succeed later.
    """

    def __init__(self, *, code: str, message: str, detail: str = "", message_id: str = "") -> None:
        super().__init__(detail, code=code)
        self.message = message
        self.message_id = message_id

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" ({self.detail})" if self.detail else "")


class ExchangeUnavailable(CallFailed):
    """The own gateway, the provider's gateway or its service could not be reached in time.

    The service may have received the call: repeat it only with the same idempotency key, or when
    it was a read.
    """

    fault = "peer"
    retry = True
    remedy = "Try again later with the same idempotency key."


class ExchangeRefused(CallFailed):
    """A gateway refused: access denied, no such service, an invalid message. Repeating does not help."""

    fault = "operator"
    remedy = "Look for the detail in the gateway's log: the access rights, the client token or the request is wrong."
