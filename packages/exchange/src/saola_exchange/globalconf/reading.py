"""Shared and private parameters from XML. Elements of later versions are passed over; what is used must be right."""

from __future__ import annotations

from lxml import etree

from saola_exchange.globalconf import xmlconf
from saola_exchange.globalconf.errors import ConfigurationInvalid
from saola_exchange.globalconf.parameters import (
    Authority,
    CertificationService,
    GlobalGroup,
    Member,
    MemberClass,
    OcspService,
    PrivateParameters,
    Server,
    SharedParameters,
    Source,
    Subsystem,
    TimestampingService,
)
from saola_exchange.globalconf.xmlconf import text
from saola_exchange.protocol.identifiers import ClientId, GlobalGroupId, InvalidIdentifier, ServerId
from saola_exchange.protocol.xml import MalformedXml, base64_text


def read_shared(data: bytes) -> SharedParameters:
    """Read shared parameters of any version. Raises ConfigurationInvalid."""
    root = xmlconf.parse_root(data, "conf")
    instance = text(root, "instanceIdentifier")
    names: dict[str, ClientId] = {}
    members = tuple(_member(element, instance, names) for element in root.findall("member"))
    freshness = root.findtext("globalSettings/ocspFreshnessSeconds")
    return SharedParameters(
        instance=instance,
        certification=tuple(_certification(element) for element in root.findall("approvedCA")),
        timestamping=tuple(_timestamping(element) for element in root.findall("approvedTSA")),
        members=members,
        servers=tuple(_server(element, names) for element in root.findall("securityServer")),
        sources=tuple(_source(element) for element in root.findall("source")),
        groups=tuple(_group(element, instance) for element in root.findall("globalGroup")),
        member_classes=tuple(
            MemberClass(text(element, "code"), (element.findtext("description") or "").strip())
            for element in root.findall("globalSettings/memberClass")
        ),
        ocsp_freshness_seconds=3600 if freshness is None else _number(freshness),
    )


def read_private(data: bytes) -> PrivateParameters:
    """Read private parameters. Raises ConfigurationInvalid."""
    root = xmlconf.parse_root(data, "conf")
    provider = root.find("managementService/managementRequestServiceProviderId")
    if provider is None:
        raise ConfigurationInvalid("the private parameters name no management service")
    certificate = root.find("managementService/authCertRegServiceCert")
    return PrivateParameters(
        instance=text(root, "instanceIdentifier"),
        registration_address=text(root, "managementService/authCertRegServiceAddress"),
        management_service=xmlconf.client_id(provider),
        timestamping_interval_seconds=_number(root.findtext("timeStampingIntervalSeconds") or "60"),
        registration_certificate=None if certificate is None else xmlconf.certificate(certificate),
    )


def _source(element: etree._Element) -> Source:
    return Source(
        address=text(element, "address"),
        internal=xmlconf.certificates(element, "internalVerificationCert"),
        external=xmlconf.certificates(element, "externalVerificationCert"),
    )


def _certification(element: etree._Element) -> CertificationService:
    top = element.find("topCA")
    if top is None:
        raise ConfigurationInvalid("an approved certification service has no certificate")
    return CertificationService(
        name=text(element, "name"),
        profile=(element.findtext("certificateProfileInfo") or "").strip(),
        top=_authority(top),
        intermediates=tuple(_authority(found) for found in element.findall("intermediateCA")),
        authentication_only=(element.findtext("authenticationOnly") or "").strip() in {"true", "1"},
    )


def _authority(element: etree._Element) -> Authority:
    certificate = element.find("cert")
    if certificate is None:
        raise ConfigurationInvalid("a certification authority has no certificate")
    ocsp = tuple(
        OcspService(text(found, "url"), next(iter(xmlconf.certificates(found, "cert")), None))
        for found in element.findall("ocsp")
    )
    return Authority(certificate=xmlconf.certificate(certificate), ocsp=ocsp)


def _timestamping(element: etree._Element) -> TimestampingService:
    certificate = element.find("cert")
    if certificate is None:
        raise ConfigurationInvalid("an approved time-stamping service has no certificate")
    return TimestampingService(text(element, "name"), text(element, "url"), xmlconf.certificate(certificate))


def _member(element: etree._Element, instance: str, names: dict[str, ClientId]) -> Member:
    """Read a member; `names` collects what its parts are called elsewhere in the document."""
    client = xmlconf.identifier(instance, text(element, "memberClass/code"), text(element, "memberCode"))
    subsystems = []
    _remember(names, element, client)
    for found in element.findall("subsystem"):
        code = text(found, "subsystemCode")
        _remember(names, found, xmlconf.identifier(instance, client.member_class, client.member_code, code))
        subsystems.append(Subsystem(code, (found.findtext("subsystemName") or "").strip() or None))
    return Member(
        id=client.member,
        name=(element.findtext("name") or "").strip(),
        class_description=(element.findtext("memberClass/description") or "").strip(),
        subsystems=tuple(subsystems),
    )


def _remember(names: dict[str, ClientId], element: etree._Element, client: ClientId) -> None:
    name = element.get("id")
    if not name or name in names:
        raise ConfigurationInvalid("a member or subsystem has no id of its own")
    names[name] = client


def _server(element: etree._Element, names: dict[str, ClientId]) -> Server:
    owner = _named(names, text(element, "owner"))
    try:
        identifier = ServerId(owner.instance, owner.member_class, owner.member_code, text(element, "serverCode"))
        hashes = frozenset(base64_text(found.text) for found in element.findall("authCertHash"))
    except (InvalidIdentifier, MalformedXml) as exc:
        raise ConfigurationInvalid(f"a server is not described properly: {exc.detail}") from exc
    maintenance = element.find("inMaintenanceMode")
    return Server(
        id=identifier,
        address=(element.findtext("address") or "").strip(),
        certificate_hashes=hashes,
        clients=tuple(_named(names, (found.text or "").strip()) for found in element.findall("client")),
        maintenance=None if maintenance is None else (maintenance.findtext("message") or "").strip(),
    )


def _named(names: dict[str, ClientId], name: str) -> ClientId:
    if name not in names:
        raise ConfigurationInvalid("a server refers to a member that is not there")
    return names[name]


def _group(element: etree._Element, instance: str) -> GlobalGroup:
    try:
        identifier = GlobalGroupId(instance, text(element, "groupCode"))
    except InvalidIdentifier as exc:
        raise ConfigurationInvalid(exc.detail) from exc
    return GlobalGroup(
        id=identifier,
        description=(element.findtext("description") or "").strip(),
        members=frozenset(xmlconf.client_id(found) for found in element.findall("groupMember")),
    )


def _number(value: str) -> int:
    if not value.strip().isascii() or not value.strip().isdigit() or len(value.strip()) > 9:
        raise ConfigurationInvalid(f"{value[:50]!r} is not a number of seconds")
    return int(value)
