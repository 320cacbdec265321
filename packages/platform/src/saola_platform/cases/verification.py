"""Checks a signed container that arrived: signature, trust, level and signer, behind a seam.

The real verifier uses the trusted list that the kernel fetches and caches. The fake beside it takes the signer
from the container itself and is for tests only.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from saola_platform.cases.errors import ApplicationRefused


@dataclass(frozen=True, slots=True)
class SignedContainer:
    """A valid container: its files, who signed, and the report to be kept with the dossier (a JSON value)."""

    documents: Mapping[str, bytes] = field(repr=False)
    signer_number: str
    signer_name: str
    signed_at: datetime | None
    level: str
    report: Mapping[str, Any]


class Verifier(Protocol):
    """Opens a container and vouches for its signature."""

    def verify(self, *, container: bytes, at: datetime) -> SignedContainer:
        """The valid container; :class:`ApplicationRefused` says why it is not valid."""
        ...

    def open(self, *, container: bytes) -> Mapping[str, bytes]:
        """The files of a container that was verified when it came."""
        ...


class FakeVerifier:
    """Takes a plain ZIP file whose application names the signer; only for tests."""

    def verify(self, *, container: bytes, at: datetime) -> SignedContainer:
        """See :class:`Verifier`; the file `signer.json` in the ZIP names the signer."""
        documents = dict(self.open(container=container))
        signer = json.loads(documents.pop("signer.json", b"{}"))
        report = {"verdict": "valid", "level": "B-LT", "signer": signer.get("name", ""), "signed_at": at.isoformat()}
        return SignedContainer(documents, str(signer.get("number", "")), str(signer.get("name", "")), at, "LT", report)

    def open(self, *, container: bytes) -> Mapping[str, bytes]:
        """See :class:`Verifier`."""
        try:
            with zipfile.ZipFile(io.BytesIO(container)) as archive:
                return {name: archive.read(name) for name in archive.namelist()}
        except zipfile.BadZipFile as exc:
            raise ApplicationRefused("The application is not a container.") from exc


_in_place: list[Verifier] = []


def verifier() -> Verifier:
    """The verifier in use."""
    if _in_place:
        return _in_place[-1]
    from saola_platform.cases.trusted import TrustedListVerifier

    return TrustedListVerifier()


@contextmanager
def using(other: Verifier) -> Iterator[Verifier]:
    """For tests: within the block `other` verifies."""
    _in_place.append(other)
    try:
        yield other
    finally:
        _in_place.pop()
