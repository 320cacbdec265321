"""What a verification found, as values; `as_json` is the form of `saola evidence verify --json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from saola_exchange.evidence.message import MessageFacts

PartState = Literal["verified", "digest-only", "unsigned"]


@dataclass(frozen=True, slots=True)
class SignerReport:
    """Who signed: the member, and the certificate that says so."""

    member: str
    name: str | None
    subject: str
    issuer: str
    serial: str
    claimed_time: datetime


@dataclass(frozen=True, slots=True)
class StampReport:
    """When a third party saw the signature. `batch`: together with others, by a hash chain."""

    at: datetime
    authority: str
    batch: bool


@dataclass(frozen=True, slots=True)
class PartReport:
    """A file: ``verified``, ``digest-only`` (covered but not in the container), or ``unsigned``."""

    name: str
    state: PartState
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """Something the evidence does not prove: a stable code and a sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict and everything that was found until then. `code` and `detail` say why it is not valid."""

    verdict: Literal["valid", "invalid"]
    code: str | None = None
    detail: str | None = None
    remedy: str | None = None
    message: MessageFacts | None = None
    signer: SignerReport | None = None
    stamp: StampReport | None = None
    revocation_checked_at: datetime | None = None
    parts: tuple[PartReport, ...] = ()
    lacking: tuple[Lack, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the container counts as evidence."""
        return self.verdict == "valid"


def as_json(report: Report) -> dict[str, Any]:
    """The report as plain JSON values; times in ISO 8601, UTC."""
    message = report.message
    return {
        "verdict": report.verdict,
        "code": report.code,
        "detail": report.detail,
        "remedy": report.remedy,
        "message": None if message is None else _message(message),
        "signer": _plain(report.signer),
        "time_stamp": _plain(report.stamp),
        "revocation_checked_at": _time(report.revocation_checked_at),
        "parts": [asdict(part) for part in report.parts],
        "lacking": [asdict(lack) for lack in report.lacking],
    }


def _message(message: MessageFacts) -> dict[str, Any]:
    return {
        "protocol": message.protocol,
        "kind": message.kind,
        "client": str(message.client),
        "service": message.service,
        "sender": str(message.sender),
        "message_id": message.message_id,
        "request_id": message.request_id,
        "status": message.status,
        **asdict(message.declaration),
    }


def _plain(value: SignerReport | StampReport | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {key: _time(item) if isinstance(item, datetime) else item for key, item in asdict(value).items()}


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
