"""How a failure is told to an information system: the one place where errors become HTTP answers."""

from __future__ import annotations

import logging
from collections.abc import Callable

from aiohttp import web
from saola_trust.errors import TrustError

from saola_exchange.errors import ExchangeError
from saola_exchange.protocol.faults import CONSUMER_SERVER, Fault, fault_of, to_json, to_xml, wants_xml

from .errors import CertificateNotTrusted, ServiceFailed

log = logging.getLogger(__name__)


class PeerFault(ExchangeError):
    """The other gateway failed and said why; its words are passed on unchanged."""

    fault = "peer"

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message, code=fault.code)
        self.told = fault


def declared(error: Exception) -> ExchangeError | None:
    """The error as one of this package; None when nobody declared it."""
    if isinstance(error, ExchangeError):
        return error
    if isinstance(error, TrustError):
        return CertificateNotTrusted(error.detail)
    return None


def told_fault(error: Exception, *, prefix: str, new_detail: Callable[[], str]) -> Fault:
    """The fault to tell, and a line in the log that is found by its detail.

    What nobody foresaw is told as an internal error without particulars.
    """
    known = declared(error)
    detail = new_detail()
    if isinstance(known, PeerFault):
        log.warning(
            "fault %s of the other gateway: %s: %s",
            one_line(known.told.detail),
            known.told.code,
            one_line(known.told.message),
        )
        return known.told if known.told.detail else Fault(known.told.code, known.told.message, detail)
    if known is None:
        log.error("fault %s: internal error", detail, exc_info=error)
        return Fault("internal_error", "the gateway failed; the detail finds the reason in its log", detail).prefixed(
            prefix
        )
    fault = fault_of(known, prefix=_prefix_of(known, prefix), detail=detail)
    log.warning("fault %s: %s: %s", detail, fault.code, one_line(fault.message))
    return fault


def one_line(text: str) -> str:
    """Text of strangers for the log: nothing in it may look like a line of its own."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def consumer_answer(fault: Fault, *, accept: str | None) -> web.Response:
    """The answer to an information system (pr-rest §6)."""
    as_xml = wants_xml(accept)
    return web.Response(
        status=fault.consumer_status,
        body=to_xml(fault) if as_xml else to_json(fault),
        headers={
            "Content-Type": "text/xml; charset=utf-8" if as_xml else "application/json; charset=utf-8",
            "X-Road-Error": fault.code,
        },
    )


def _prefix_of(error: ExchangeError, prefix: str) -> str:
    """A mistake of the own information system is `client.…`; everything else names the server that found it."""
    if error.fault == "caller" and prefix == CONSUMER_SERVER:
        return "client"
    if isinstance(error, ServiceFailed) and not error.code.startswith("service_failed"):
        return f"{prefix}.service_failed"
    return prefix
