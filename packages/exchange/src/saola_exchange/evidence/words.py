"""A report in plain words, for somebody who never heard of signatures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from saola_exchange.evidence.message import MessageFacts
from saola_exchange.evidence.report import PartReport, Report

_STATES = {
    "verified": "unchanged since it was signed",
    "digest-only": "signed, but not in this container; its digest is",
    "unsigned": "NOT signed, no part of the evidence",
}


def in_words(report: Report, *, name: str) -> str:
    """The report on the container `name` as lines of text."""
    return "\n".join(_lines(report, name)) + "\n"


def _lines(report: Report, name: str) -> Iterator[str]:
    yield f"{report.verdict.upper()}  {name}"
    if not report.valid:
        yield f"  why           {report.detail}"
        yield f"  code          {report.code}"
        yield f"  what to do    {report.remedy}"
    if report.message is not None:
        yield from _message(report.message, established=report.valid)
    if report.signer is not None:
        who = f"{report.signer.name} ({report.signer.member})" if report.signer.name else report.signer.member
        yield f"  signed by     {who}"
        yield f"                certificate {report.signer.serial} of {report.signer.issuer}: {report.signer.subject}"
        yield f"  signed at     {_time(report.signer.claimed_time)} by the signer's own clock"
    if report.stamp is not None:
        how = ", together with other messages" if report.stamp.batch else ""
        yield f"  stamped at    {_time(report.stamp.at)} by {report.stamp.authority}{how}"
    if report.revocation_checked_at is not None:
        yield f"  not revoked   as of {_time(report.revocation_checked_at)}"
    for part in report.parts:
        yield f"  part          {_part(part)}"
    for lack in report.lacking:
        yield f"  lacking       {lack.text}"


def _message(message: MessageFacts, *, established: bool) -> Iterator[str]:
    says = "" if established else " (as the message says; not established)"
    yield f"  message       {message.protocol} {message.kind} {message.message_id}{says}"
    yield f"  from          {message.sender}"
    yield f"  service       {message.service}, asked for by {message.client}"
    if message.status is not None:
        yield f"  status        {message.status}"
    declared = message.declaration
    for title, value in (
        ("purpose", declared.purpose),
        ("legal ground", declared.legal_ground),
        ("about", declared.data_subject),
        ("dossier", declared.dossier),
    ):
        if value is not None:
            yield f"  {title:<13} {value}"


def _part(part: PartReport) -> str:
    digest = f" {part.digest}" if part.digest else ""
    return f"{part.name}: {_STATES[part.state]}{digest}"


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
