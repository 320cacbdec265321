"""Judging a container: the time stamp first, then the signature at that time, each with X-Road's codes.

Nothing is asked of a network and the configuration's own expiry is not looked at: evidence is
judged with the configuration of its day.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from saola_trust.certificates import name_text
from saola_trust.errors import TrustError
from saola_trust.revocation import RevocationStatus
from saola_trust.timestamps import verify as verify_timestamp

from saola_exchange.errors import ExchangeError
from saola_exchange.evidence import reading
from saola_exchange.evidence.errors import ContainerInvalid, NotAContainer
from saola_exchange.evidence.message import MessageFacts, read_message
from saola_exchange.evidence.reading import ATTACHMENT, ContainerLimits, read_container
from saola_exchange.evidence.report import Lack, PartReport, Report, SignerReport, StampReport
from saola_exchange.globalconf.signers import require_chain, require_member
from saola_exchange.globalconf.view import ConfigurationView
from saola_exchange.protocol import hashchain
from saola_exchange.protocol.parts import HASH_CHAIN_RESULT, ContentPart, Part
from saola_exchange.protocol.signature import SignedDocument, read_signature, require_reference_to_message
from saola_exchange.protocol.signature.verifying import check_coverage, check_values

# How long after signing X-Road's servers may still get their stamps before they stop working.
ACCEPTABLE_DELAY = timedelta(seconds=14_400)
_OWN_FILES = {"mimetype", "META-INF/manifest.xml", "META-INF/ASiCManifest.xml", reading.SIGNATURE, reading.TIMESTAMP}


class _Unstamped(ContainerInvalid):
    code = "asic_timestamp_not_found"
    remedy = "Fetch the container again later: a gateway stamps its messages some time after they passed."


@dataclass(slots=True)
class _Case:
    """One container while it is judged; `report` holds what is known so far."""

    files: Mapping[str, bytes]
    view: ConfigurationView
    delay: timedelta
    report: Report


def verify_container(
    data: bytes,
    *,
    view: ConfigurationView,
    acceptable_delay: timedelta = ACCEPTABLE_DELAY,
    limits: ContainerLimits | None = None,
) -> Report:
    """Judge a container by a configuration. `acceptable_delay` is how much later than the answer about
    the certificate's status the time stamp may be, beyond the configuration's own freshness.

    Raises NotAContainer when the bytes are no archive at all; everything else is in the report.
    """
    case = _Case({}, view, acceptable_delay, Report("valid"))
    try:
        case.files = read_container(data, limits)
        _judge(case)
    except NotAContainer:
        raise
    except ExchangeError as exc:
        return replace(case.report, verdict="invalid", code=exc.code, detail=exc.detail, remedy=exc.remedy)
    return case.report


def _judge(case: _Case) -> None:
    message = read_message(case.files[reading.MESSAGE])
    case.report = replace(case.report, message=message)
    document = read_signature(case.files[reading.SIGNATURE])
    require_reference_to_message(document)
    case.report = replace(case.report, signer=_signer(document, None, case.view))
    stamped_at = _check_stamp(case, document)
    parts, result, missing = _check_coverage(case, document)
    _check_sender(case, document, message)
    check_values(document, parts=parts, hash_chain_result=result)
    case.report = replace(case.report, parts=_parts(case, document, parts, missing))
    status = require_chain(
        case.view,
        instance=message.sender.instance,
        certificate=document.certificate,
        intermediates=document.intermediates,
        ocsp_responses=document.ocsp_responses,
        at=stamped_at or document.signed_at,
        delay=case.delay,
    )
    lacking = _lacking(case, message, stamped_at or document.signed_at, status)
    case.report = replace(case.report, revocation_checked_at=status.this_update, lacking=lacking)
    if stamped_at is None:
        raise _Unstamped("the message has no time stamp: when it was signed is only the signer's own statement")


def _check_stamp(case: _Case, document: SignedDocument) -> datetime | None:
    """The time of the stamp; None when there is none (yet)."""
    token, data, batch = _token(case, document)
    if token is None:
        return None
    services = {service.certificate: service.name for service in case.view.timestamping()}
    try:
        stamp, authority = verify_timestamp(token, data=data, authorities=tuple(services))
    except TrustError as exc:
        raise ContainerInvalid(f"the time stamp is not valid: {exc.detail}", code="timestamp_validation") from exc
    case.report = replace(case.report, stamp=StampReport(stamp.at, services[authority], batch))
    return stamp.at


def _token(case: _Case, document: SignedDocument) -> tuple[bytes | None, bytes, bool]:
    """The token, what it must cover, and whether it covers a batch."""
    result = case.files.get(reading.TS_RESULT)
    if result is None:
        # One message alone: the token is inside the signature; before X-Road 6.5 it was a file of its own.
        token = case.files.get(reading.TIMESTAMP)
        return _der(token) if token else next(iter(document.timestamps), None), document.value, False
    signature = ContentPart(f"/{reading.SIGNATURE}", case.files[reading.SIGNATURE])
    try:
        hashchain.verify(result=result, documents=_documents(case.files), inputs=[signature])
    except ExchangeError as exc:
        detail = f"the hash chain of the time stamp is not valid: {exc.detail}"
        raise ContainerInvalid(detail, code="malformed_signature") from exc
    return _der(case.files[reading.TIMESTAMP]), result, True


def _der(token: bytes) -> bytes:
    """A token as DER; old containers hold it in base64."""
    if token.startswith(b"\x30"):
        return token
    try:
        return base64.b64decode(b"".join(token.split()), validate=True)
    except (binascii.Error, ValueError):
        return token


def _check_coverage(
    case: _Case, document: SignedDocument
) -> tuple[list[Part], bytes | None, tuple[hashchain.Unverified, ...]]:
    names = [reading.MESSAGE, *sorted(filter(ATTACHMENT.fullmatch, case.files), key=lambda name: int(name[10:]))]
    parts: list[Part] = [ContentPart(f"/{name}", case.files[name]) for name in names]
    result = case.files.get(reading.SIG_RESULT) if document.refers_to(HASH_CHAIN_RESULT) else None
    missing = check_coverage(
        document, parts=parts, hash_chain_result=result, documents=_documents(case.files), allow_missing=True
    )
    return parts, result, missing


def _documents(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"/{name}": content for name, content in files.items()}


def _check_sender(case: _Case, document: SignedDocument, message: MessageFacts) -> None:
    member = require_member(case.view, certificate=document.certificate, sender=message.sender)
    known = case.view.member(member)
    name = known.name if known else None
    case.report = replace(case.report, signer=_signer(document, str(member), case.view, name))


def _signer(
    document: SignedDocument, member: str | None, view: ConfigurationView, name: str | None = None
) -> SignerReport:
    certificate = document.certificate
    found = view.authority_of(certificate)
    return SignerReport(
        member=member or "not established",
        name=name or None,
        subject=name_text(certificate.subject),
        issuer=found[0].name if found else name_text(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        claimed_time=document.signed_at,
    )


def _parts(
    case: _Case, document: SignedDocument, parts: list[Part], missing: tuple[hashchain.Unverified, ...]
) -> tuple[PartReport, ...]:
    covered = [PartReport(part.name.removeprefix("/"), "verified") for part in parts]
    absent = [PartReport(one.uri.removeprefix("/"), "digest-only", one.digest.hex()) for one in missing]
    used = _OWN_FILES | {part.name for part in covered}
    if document.refers_to(HASH_CHAIN_RESULT):
        used |= {reading.SIG_RESULT, reading.SIG_CHAIN}
    if reading.TS_RESULT in case.files:
        used |= {reading.TS_RESULT, reading.TS_CHAIN}
    stray = [PartReport(name, "unsigned") for name in case.files if name not in used]
    return (*covered, *absent, *stray)


def _lacking(case: _Case, message: MessageFacts, at: datetime, status: RevocationStatus) -> tuple[Lack, ...]:
    found = []
    if any(part.state == "digest-only" for part in case.report.parts):
        text = "A part is not in the container: it can be checked only against the digest given here."
        found.append(Lack("part_missing", text))
    if any(part.state == "unsigned" for part in case.report.parts):
        found.append(Lack("unsigned_file", "The container has a file that nobody signed; it proves nothing."))
    if status.this_update < at - case.view.ocsp_freshness(message.sender.instance):
        text = "The time stamp came long after the check that the certificate is not revoked."
        found.append(Lack("stamped_late", text))
    if case.report.stamp is None:
        found.append(Lack("time_stamp", "There is no time stamp: no third party says when the message was signed."))
    return tuple(found)
