"""Writing a trusted list and signing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

from lxml import etree

from saola_trust.certificates.loading import certificate_der
from saola_trust.keystore import Signer
from saola_trust.signatures import sign_enveloped
from saola_trust.signatures.tree import base64_text
from saola_trust.trustlist.model import ListInformation, StatusPeriod, TrustedService
from saola_trust.trustlist.vocabulary import (
    APPROACH,
    GRANTED,
    RULES,
    SERVICE_TYPES,
    TAG,
    TSL,
    TYPE,
    WITHDRAWN,
    XML_LANG,
)


def sign_list(xml: bytes, *, signer: Signer, at: datetime) -> bytes:
    """The list with its operator's enveloped XAdES signature."""
    return sign_enveloped(xml, signer=signer, at=at, identifier="list-signature")


def build(*, information: ListInformation, services: Sequence[TrustedService]) -> bytes:
    """The unsigned list; the services of one provider are put together, in the order in which providers come first."""
    root = etree.Element(f"{{{TSL}}}TrustServiceStatusList", {"TSLTag": TAG, "Id": "trusted-list"}, nsmap={None: TSL})  # type: ignore[dict-item]
    _scheme(root, information)
    providers = _add(root, "TrustServiceProviderList")
    order = {name: place for place, name in reversed(list(enumerate(service.provider for service in services)))}
    for provider, group in groupby(sorted(services, key=lambda s: order[s.provider]), key=lambda s: s.provider):
        node = _add(providers, "TrustServiceProvider")
        _provider(_add(node, "TSPInformation"), provider, information)
        listed = _add(node, "TSPServices")
        for service in group:
            _service(_add(listed, "TSPService"), service)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _scheme(root: etree._Element, information: ListInformation) -> None:
    scheme = _add(root, "SchemeInformation")
    _add(scheme, "TSLVersionIdentifier", "5")
    _add(scheme, "TSLSequenceNumber", str(information.sequence))
    _add(scheme, "TSLType", TYPE)
    _text(_add(scheme, "SchemeOperatorName"), "Name", information.operator_name)
    _address(_add(scheme, "SchemeOperatorAddress"), information)
    _text(_add(scheme, "SchemeName"), "Name", f"{information.territory}:{information.scheme_name}")
    _text(_add(scheme, "SchemeInformationURI"), "URI", information.information_url)
    _add(scheme, "StatusDeterminationApproach", APPROACH)
    _text(_add(scheme, "SchemeTypeCommunityRules"), "URI", RULES)
    _add(scheme, "SchemeTerritory", information.territory)
    _text(_add(scheme, "PolicyOrLegalNotice"), "TSLLegalNotice", "The law of the scheme's territory applies.")
    _add(scheme, "HistoricalInformationPeriod", "65535")
    _add(scheme, "ListIssueDateTime", _time(information.issued_at))
    _add(_add(scheme, "NextUpdate"), "dateTime", _time(information.next_update))


def _provider(node: etree._Element, provider: str, information: ListInformation) -> None:
    _text(_add(node, "TSPName"), "Name", provider)
    _address(_add(node, "TSPAddress"), information)
    _text(_add(node, "TSPInformationURI"), "URI", information.information_url)


def _service(node: etree._Element, service: TrustedService) -> None:
    newest, *older = sorted(service.periods, key=lambda period: period.since, reverse=True)
    _state(_add(node, "ServiceInformation"), service, newest)
    if older:
        history = _add(node, "ServiceHistory")
        for period in older:
            _state(_add(history, "ServiceHistoryInstance"), service, period)


def _state(node: etree._Element, service: TrustedService, period: StatusPeriod) -> None:
    _add(node, "ServiceTypeIdentifier", SERVICE_TYPES[service.kind])
    _text(_add(node, "ServiceName"), "Name", service.name)
    identity = _add(_add(node, "ServiceDigitalIdentity"), "DigitalId")
    _add(identity, "X509Certificate", base64_text(certificate_der(service.certificate)))
    _add(node, "ServiceStatus", GRANTED if period.granted else WITHDRAWN)
    _add(node, "StatusStartingTime", _time(period.since))


def _address(node: etree._Element, information: ListInformation) -> None:
    postal = _add(_add(node, "PostalAddresses"), "PostalAddress")
    postal.set(XML_LANG, "en")
    _add(postal, "StreetAddress", information.operator_name)
    _add(postal, "Locality", information.territory)
    _add(postal, "CountryName", information.territory)
    _text(_add(node, "ElectronicAddress"), "URI", information.information_url)


def _text(parent: etree._Element, name: str, text: str) -> None:
    _add(parent, name, text).set(XML_LANG, "en")


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{TSL}}}{name}")
    element.text = text
    return element


def _time(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
