"""What goes into a signature and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from cryptography import x509

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


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """The person's certificate and its issuers, the nearest first."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
