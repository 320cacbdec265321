"""The verdict on a container: each signature covers exactly the documents, and is to be believed."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import unquote

from saola_trust.certificates import facts_of
from saola_trust.containers.limits import Limits
from saola_trust.containers.reading import Container, read_asice
from saola_trust.errors import TrustError
from saola_trust.signatures import XadesSignature, read_signatures
from saola_trust.signatures.reading import check_signed_properties, check_value
from saola_trust.signatures.xmldsig import check_reference, referenced_bytes
from saola_trust.trustlist import TrustedServices
from saola_trust.validation import Evidence, Refused, Report, SignatureReport, judge, overall, time_marks


def validate(data: bytes, *, trusted: TrustedServices, at: datetime, limits: Limits | None = None) -> Report:
    """The report; never raises: a container that cannot be read is invalid. `at` is now."""
    try:
        container = read_asice(data, limits)
    except TrustError as exc:
        return Report("invalid", reason_code=exc.code, reason=exc.detail)
    names = [document.name for document in container.documents]
    if container.others and not container.signatures:
        return Report(
            "invalid", (), tuple(names), "unknown_signature", "signatures of this kind cannot be validated here"
        )
    reports = [report for xml in container.signatures for report in _file(xml, container, trusted, at)]
    return overall(reports, documents=names)


def _file(xml: bytes, container: Container, trusted: TrustedServices, at: datetime) -> list[SignatureReport]:
    try:
        signatures = read_signatures(xml)
    except TrustError as exc:
        return [SignatureReport("invalid", exc.code, exc.detail)]
    return [_signature(signature, container, trusted, at) for signature in signatures]


def _signature(
    signature: XadesSignature, container: Container, trusted: TrustedServices, at: datetime
) -> SignatureReport:
    facts = facts_of(signature.certificate)
    try:
        check_value(signature)
        check_signed_properties(signature)
        check_coverage(signature, container)
        judged = judge(_evidence(signature), trusted=trusted, at=at)
    except Refused as refused:
        verdict, code, reason = refused.verdict, refused.code, refused.reason
        return SignatureReport(verdict, code, reason, facts, signature.certificate, claimed_at=signature.signing_time)
    except TrustError as exc:
        return SignatureReport(
            "invalid", exc.code, exc.detail, facts, signature.certificate, claimed_at=signature.signing_time
        )
    return SignatureReport("valid", "ok", "", facts, signature.certificate, judged.signed_at, signature.signing_time,
                           judged.level, judged.qualified)  # fmt: skip


def _evidence(signature: XadesSignature) -> Evidence:
    stamps = [(stamp.token, stamp.covered) for stamp in signature.stamps]
    marked = signature.value if signature.policy == time_marks.POLICY else None
    return Evidence(signature.certificate, stamps, signature.ocsp_responses, signature.certificates, marked)


def check_coverage(signature: XadesSignature, container: Container) -> None:
    """Raise `Refused` or SignatureInvalid unless every document, and nothing else, is signed as it is."""
    documents = {document.name: document for document in container.documents}
    if set(container.manifest) != set(documents):
        raise Refused("manifest", "the manifest does not name exactly the documents of the container")
    covered = set()
    for reference in signature.data_references:
        # Percent-encoding only: a plus sign is a plus sign (RFC 3986), unlike in web forms.
        name = unquote(reference.uri or "", errors="replace").removeprefix("/")
        if name not in documents or name in covered:
            raise Refused("reference", f"the signature refers to {name[:80]!r}, which is not there once")
        document = documents[name]
        check_reference(referenced_bytes(document.content, reference=reference), reference=reference)
        kind = signature.media_types.get(reference.id or "")
        if kind is not None and kind != container.manifest[name]:
            raise Refused(
                "media_type", f"{name!r} was signed as {kind!r} but is declared as {container.manifest[name]!r}"
            )
        covered.add(name)
    if missing := set(documents) - covered:
        raise Refused("not_covered", f"the signature does not cover {min(missing)!r}")
