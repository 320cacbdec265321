"""Judging the paper that comes out at the end: the certificate's signatures, and that it says what it must."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from saola_command.errors import JourneyFailed


def judge_certificate(certificate: bytes, *, folder: Path, mentions: str | None = None) -> None:
    """Refuse what is no PDF, or lacks one of its two signatures; with poppler installed it judges them too."""
    if not certificate.startswith(b"%PDF-"):
        raise JourneyFailed("The certificate is no PDF.")
    if certificate.count(b"/ByteRange") < 2:
        raise JourneyFailed("The certificate does not bear two signatures.")
    path = folder / "certificate.pdf"
    path.write_bytes(certificate)
    if shutil.which("pdfsig"):
        said = _said("pdfsig", "-nocert", str(path))
        if said.count("Signature is Valid") < 2:
            raise JourneyFailed(f"pdfsig does not accept both signatures: {said[:800]}")
    if mentions and shutil.which("pdftotext"):
        text = re.sub(r"\s", "", _said("pdftotext", str(path), "-"))
        if mentions not in text:
            raise JourneyFailed(f"The certificate does not show {mentions}.")


def child_number(entry: dict[str, Any]) -> str:
    """The child's personal number in the entry of the birth."""
    number = entry.get("data", {}).get("child")
    if not number:
        raise JourneyFailed(f"The entry names no child: {entry}")
    return str(number)


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr
