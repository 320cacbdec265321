"""Signatures inside PDF (PAdES, EN 319 142-1) through pyHanko: prepare and complete, and validate. Bytes in, bytes out.

Two steps, because the key is elsewhere: `prepare` makes room in the file and says what is to be signed,
`complete` puts the signature, its time stamp and the proofs of non-revocation in (level B-LT). Several
signatures follow one another, each over all that was there before.
"""

from __future__ import annotations

from saola_trust.pdf.completing import complete
from saola_trust.pdf.preparing import PreparedPdf, prepare
from saola_trust.pdf.validating import validate

__all__ = ["PreparedPdf", "complete", "prepare", "validate"]
