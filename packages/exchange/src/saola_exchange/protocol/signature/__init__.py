"""Signatures of messages: XAdES over one message, or over the hash chain of a batch.

`sign` makes them, `verify` checks that a signature covers exactly the parts of a message and says who
signed; whether that certificate may be believed is decided in `saola_exchange.globalconf`.
"""

from saola_exchange.protocol.signature.building import MessageSignature, sign
from saola_exchange.protocol.signature.reading import MalformedSignature, SignedDocument, read_signature
from saola_exchange.protocol.signature.stamping import add_timestamp, stamped_value
from saola_exchange.protocol.signature.verifying import (
    SignatureRefused,
    VerifiedSignature,
    require_reference_to_message,
    verify,
    verify_document,
)

__all__ = [
    "MalformedSignature",
    "MessageSignature",
    "SignatureRefused",
    "SignedDocument",
    "VerifiedSignature",
    "add_timestamp",
    "read_signature",
    "require_reference_to_message",
    "sign",
    "stamped_value",
    "verify",
    "verify_document",
]
