"""The seam for a virus scanner, with the honest default and a fake that knows the standard test file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from saola_platform.documents.errors import InfectedFile

Verdict = Literal["clean", "not-scanned"]


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What the scanner said; `scanner` names it with its version, to be kept with the file."""

    verdict: Verdict
    scanner: str


class Scanner(Protocol):
    """Looks through one file before it is kept."""

    def scan(self, *, path: Path) -> ScanResult:
        """Raises InfectedFile, or ScannerUnavailable when there is no answer."""

    def describe(self) -> str:
        """One line for the diagnosis page."""


class NoScanner:
    """No scanner is configured: files are kept and marked as not scanned, which officials can see."""

    def scan(self, *, path: Path) -> ScanResult:
        if not path.is_file():
            raise FileNotFoundError(path)
        return ScanResult(verdict="not-scanned", scanner="none")

    def describe(self) -> str:
        return "no virus scanner is configured: files are checked by content only"


# The EICAR test file, in two halves so that scanners of source code stay calm.
EICAR: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeScanner:
    """For tests: refuses files with the EICAR test string, as every real scanner does."""

    def __init__(self) -> None:
        self.scanned: list[Path] = []

    def scan(self, *, path: Path) -> ScanResult:
        self.scanned.append(path)
        if EICAR in path.read_bytes():
            raise InfectedFile(reason="EICAR")
        return ScanResult(verdict="clean", scanner="fake")

    def describe(self) -> str:
        return "a scanner for tests"
