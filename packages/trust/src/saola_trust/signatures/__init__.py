"""Signatures in XML: the primitives (`xmldsig`), and XAdES for documents. Bytes and values in, bytes out; no I/O.

The way of a signature whose key is elsewhere: `prepare` gives the digest to be signed, `complete` takes
the value and makes level B, `timestamp_input` gives what is to be stamped, `extend_lt` makes level LT.
"""

from __future__ import annotations

from saola_trust.signatures.building import Document, Unsigned, complete, prepare, sign
from saola_trust.signatures.enveloped import sign_enveloped, verify_enveloped
from saola_trust.signatures.extending import extend_lt, timestamp_input
from saola_trust.signatures.reading import XadesSignature, read_signatures

__all__ = [
    "Document",
    "Unsigned",
    "XadesSignature",
    "complete",
    "extend_lt",
    "prepare",
    "read_signatures",
    "sign",
    "sign_enveloped",
    "timestamp_input",
    "verify_enveloped",
]
