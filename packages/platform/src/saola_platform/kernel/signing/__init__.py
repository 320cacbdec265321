"""Signatures of people, made at the identity provider and assembled here.

    started = start_signature(person=…, form="container", documents=[…], …)   → redirect to started.url
    outcome = finish_signature(id=…, person=…)                                 → the container or PDF

The person's browser goes to the identity provider, where the documents and digests are shown and
the PIN is typed; the signer returns only a signature value. Assembling adds time stamp and
revocation answers (level B-LT), so that the signature can be proved years later.
"""

from __future__ import annotations

from saola_platform.kernel.signing.flow import finish_signature, start_signature
from saola_platform.kernel.signing.values import (
    CredentialKind,
    Form,
    SignatureOutcome,
    StartedSignature,
    Status,
    ToSign,
)

__all__ = [
    "CredentialKind",
    "Form",
    "SignatureOutcome",
    "StartedSignature",
    "Status",
    "ToSign",
    "finish_signature",
    "start_signature",
]
