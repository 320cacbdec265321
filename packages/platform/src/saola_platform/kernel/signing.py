"""Signatures of people, made at the identity provider and assembled here.

    started = start_signature(person=…, form="container", documents=[…], …)   → redirect to started.url
    outcome = finish_signature(id=…, person=…)                                 → the container or PDF

The person's browser goes to the identity provider, where the documents and digests are shown and
the PIN is typed; the signer returns only a signature value. Assembling adds time stamp and
revocation answers (level B-LT), so that the signature can be proved years later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

Form = Literal["container", "pdf"]
CredentialKind = Literal["person", "official"]
Status = Literal["waiting", "signed", "refused", "expired"]


@dataclass(frozen=True, slots=True)
class ToSign:
    """One document: its name inside the container, media type and bytes."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StartedSignature:
    """`url` is where the browser goes; `id` is ours, `request_id` the identity provider's."""

    id: UUID
    request_id: str
    url: str


@dataclass(frozen=True, slots=True)
class SignatureOutcome:
    """`content` is the ASiC-E container or the PDF when `status` is "signed", else None."""

    status: Status
    content: bytes | None = field(repr=False)
    reason: str
    reference: str
