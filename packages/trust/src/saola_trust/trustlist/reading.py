"""Reading a trusted list: signed by its operator, not out of date, or refused as a whole."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from lxml import etree

from saola_trust.certificates import load_certificate
from saola_trust.errors import TrustError, TrustListInvalid
from saola_trust.signatures import verify_enveloped
from saola_trust.signatures.xmldsig import base64_of
from saola_trust.trustlist.model import ListInformation, StatusPeriod, TrustedService, TrustedServices
from saola_trust.trustlist.vocabulary import COUNTING, KINDS, NS, TSL


def parse_and_verify(xml: bytes, *, operator_certificate: x509.Certificate, at: datetime) -> TrustedServices:
    """The services of a list signed with this operator certificate and not expired; raises TrustListInvalid.

    Services of kinds that are not known here, and entries without certificate, are left out: they trust nobody.
    """
    try:
        root, _ = verify_enveloped(xml, certificates=[operator_certificate])
        if root.tag != f"{{{TSL}}}TrustServiceStatusList":
            raise TrustListInvalid("the signed document is not a trusted list")
        information = _information(root)
        services = tuple(_services(root))
    except TrustListInvalid:
        raise
    except TrustError as exc:
        raise TrustListInvalid(f"the trusted list is not accepted: {exc.detail}") from exc
    if information.next_update < at:
        raise TrustListInvalid(f"the trusted list expired at {information.next_update.isoformat()}")
    return TrustedServices(services, information)


def _information(root: etree._Element) -> ListInformation:
    def text(path: str) -> str:
        return _text(root, f"tsl:SchemeInformation/{path}")

    sequence = text("tsl:TSLSequenceNumber")
    if not sequence.isascii() or not sequence.isdigit() or len(sequence) > 18:
        raise TrustListInvalid("the sequence number of the trusted list is not a number")
    return ListInformation(
        territory=text("tsl:SchemeTerritory"),
        operator_name=text("tsl:SchemeOperatorName/tsl:Name"),
        scheme_name=text("tsl:SchemeName/tsl:Name").partition(":")[2],
        information_url=text("tsl:SchemeInformationURI/tsl:URI"),
        sequence=int(sequence),
        issued_at=_time(text("tsl:ListIssueDateTime")),
        next_update=_time(text("tsl:NextUpdate/tsl:dateTime")),
    )


def _services(root: etree._Element) -> list[TrustedService]:
    found = []
    for provider in root.iterfind("tsl:TrustServiceProviderList/tsl:TrustServiceProvider", NS):
        name = _text(provider, "tsl:TSPInformation/tsl:TSPName/tsl:Name")
        for node in provider.iterfind("tsl:TSPServices/tsl:TSPService", NS):
            found += _service(node, provider=name)
    return found


def _service(node: etree._Element, *, provider: str) -> list[TrustedService]:
    kind = KINDS.get(_text(node, "tsl:ServiceInformation/tsl:ServiceTypeIdentifier"))
    if kind not in {"ca", "tsa", "ocsp"}:
        return []
    states = node.findall("tsl:ServiceInformation", NS) + node.findall(
        "tsl:ServiceHistory/tsl:ServiceHistoryInstance", NS
    )
    periods = tuple(
        StatusPeriod(_text(s, "tsl:ServiceStatus") in COUNTING, _time(_text(s, "tsl:StatusStartingTime")))
        for s in states
    )
    name = _text(node, "tsl:ServiceInformation/tsl:ServiceName/tsl:Name")
    identities = node.iterfind(
        "tsl:ServiceInformation/tsl:ServiceDigitalIdentity/tsl:DigitalId/tsl:X509Certificate", NS
    )
    return [
        TrustedService(kind, provider, name, load_certificate(base64_of(identity)), periods)  # type: ignore[arg-type]
        for identity in identities
    ]


def _text(node: etree._Element, path: str) -> str:
    found = node.find(path, NS)
    if found is None or not (found.text or "").strip():
        raise TrustListInvalid(f"the trusted list lacks {path.rpartition(':')[2]}")
    return (found.text or "").strip()


def _time(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError as exc:
        raise TrustListInvalid(f"{text[:40]!r} is not a date and time") from exc
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value
