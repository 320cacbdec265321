"""What can go wrong with the log."""

from __future__ import annotations

from saola_exchange.errors import ExchangeError


class LoggingFailed(ExchangeError):
    """The message could not be made durable, so it is not answered."""

    code = "logging_failed"
    fault = "us"
    remedy = "Check that this gateway's PostgreSQL runs and has space; then send the message again."
    retry = True


class MessageTooLargeToLog(ExchangeError):
    """The body is larger than the log keeps, and the policy is to refuse."""

    code = "logging_failed"
    fault = "caller"
    remedy = "Send less at a time, or ask the gateway's operator to raise log.body_limit."


class NoSuchMessage(ExchangeError):
    """The log holds no message like that of this subsystem."""

    code = "not_found"
    fault = "caller"
    remedy = "Check the message id and whose message it is; old days may have been dropped."


class SeveralMessages(ExchangeError):
    """More than one message fits where exactly one was asked for."""

    code = "not_unique"
    fault = "caller"
    remedy = "Name the request id too, or ask for the request or the response only."


class StampingFailed(ExchangeError):
    """No time stamp could be had; the messages keep waiting for one."""

    code = "timestamping_failed"
    fault = "peer"
    remedy = "Check the address of the time-stamping service; messages are stamped as soon as it answers."
    retry = True
