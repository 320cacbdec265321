"""What can go wrong in the exchange: one base class, so that every edge can turn any failure into an answer.

`code` is stable and machine readable (the words X-Road uses where it has one), `detail` is safe to
show to the other side, `fault` says whose fault it is and `remedy` what that one can do about it.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Whose = Literal["caller", "peer", "us", "operator"]


class ExchangeError(Exception):
    """The base of all declared errors of this package.

    A subclass sets the defaults; one raised error may carry a more precise `code` or `remedy`.
    """

    code: str = "internal_error"
    fault: Whose = "us"
    remedy: str = "Tell the operator of this server the reference number of the answer."
    retry: ClassVar[bool] = False

    def __init__(self, detail: str, *, code: str | None = None, remedy: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code
        if remedy is not None:
            self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class ProtocolError(ExchangeError):
    """Bytes that are not what the protocol says: refused before anything is done with them."""

    code = "invalid_request"
    fault: Whose = "caller"
    remedy = "Correct the request; the detail names what is wrong with it."
