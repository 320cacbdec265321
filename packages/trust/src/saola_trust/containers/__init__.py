"""ASiC-E containers (EN 319 162-1): write, read within limits, validate. Bytes in, bytes out."""

from __future__ import annotations

from saola_trust.containers.limits import Limits
from saola_trust.containers.reading import Container, read_asice
from saola_trust.containers.validating import validate
from saola_trust.containers.writing import write_asice
from saola_trust.signatures import Document
from saola_trust.trustlist import TrustedServices
from saola_trust.validation import Report, SignatureReport

__all__ = [
    "Container",
    "Document",
    "Limits",
    "Report",
    "SignatureReport",
    "TrustedServices",
    "read_asice",
    "validate",
    "write_asice",
]
