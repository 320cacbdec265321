"""What can go wrong between a caller and its gateway, told so that the caller knows what to do."""

from __future__ import annotations

from typing import ClassVar


class ExchangeError(Exception):
    """A call that brought no answer of the service.

    `code` is stable, `message` says what happened, `detail` finds the line in the gateway's log,
    `remedy` says what to do, `retry` whether the same call may succeed later.
    """

    fault: ClassVar[str] = "us"
    retry: ClassVar[bool] = False
    remedy: ClassVar[str] = ""

    def __init__(self, *, code: str, message: str, detail: str = "", message_id: str = "") -> None:
        super().__init__(f"{code}: {message}" + (f" ({detail})" if detail else ""))
        self.code = code
        self.message = message
        self.detail = detail
        self.message_id = message_id


class ExchangeUnavailable(ExchangeError):
    """The own gateway, the provider's gateway or its service could not be reached in time.

    The service may have received the call: repeat it only with the same idempotency key, or when
    it was a read.
    """

    fault = "peer"
    retry = True
    remedy = "Try again later with the same idempotency key."


class ExchangeRefused(ExchangeError):
    """A gateway refused: access denied, no such service, an invalid message. Repeating does not help."""

    fault = "operator"
    remedy = "Look for the detail in the gateway's log: the access rights, the client token or the request is wrong."
