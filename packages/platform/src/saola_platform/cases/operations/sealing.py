"""The authority's electronic seal, behind a seam: the kernel's in production, a fake beside it for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class Sealer(Protocol):
    """Puts the seal of this site's organisation on a PDF (PAdES B-LT)."""

    def seal(self, *, pdf: bytes, reason: str, at: datetime) -> bytes:
        """The sealed PDF; raises a PlatformError when the seal service does not answer."""
        ...


@dataclass(slots=True)
class FakeSealer:
    """Marks the PDF so that a test can see it was sealed, once."""

    sealed: list[str] = field(default_factory=list)

    def seal(self, *, pdf: bytes, reason: str, at: datetime) -> bytes:
        """The PDF with a comment at its end."""
        del at
        self.sealed.append(reason)
        return pdf + b"\n%sealed"


class KernelSealer:
    """The seal that the kernel makes with the remote signer."""

    def seal(self, *, pdf: bytes, reason: str, at: datetime) -> bytes:
        """See :class:`Sealer`."""
        del at
        from saola_platform.kernel.seal import seal_pdf

        return seal_pdf(content=pdf, reason=reason)


_in_place: list[Sealer] = [KernelSealer()]


def sealer() -> Sealer:
    """The sealer in use."""
    return _in_place[-1]


@contextmanager
def using(other: Sealer) -> Iterator[Sealer]:
    """For tests: within the block `other` seals."""
    _in_place.append(other)
    try:
        yield other
    finally:
        _in_place.pop()
