"""The registry's configuration file, read once and strictly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from saola_trust.certificates import load_certificate
from saola_trust.errors import MalformedCertificate

from saola_exchange.globalconf.parameters import (
    BASIC_PROFILE,
    Authority,
    CertificationService,
    GlobalGroup,
    MemberClass,
    OcspService,
    TimestampingService,
)
from saola_exchange.protocol.identifiers import ClientId, GlobalGroupId, InvalidIdentifier
from saola_exchange.registry.errors import RegistryStateInvalid
from saola_exchange.registry.yamlfile import Section, read_section


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator decided; paths are resolved, certificates read."""

    instance: str
    host: str
    port: int
    public_url: str
    data: Path
    members_file: Path
    servers_folder: Path
    certification: tuple[CertificationService, ...]
    timestamping: tuple[TimestampingService, ...]
    groups: tuple[GlobalGroup, ...]
    member_classes: tuple[MemberClass, ...]
    management_service: ClientId | None
    expire_seconds: int
    interval_seconds: int
    timestamping_interval_seconds: int
    ocsp_freshness_seconds: int


def read_settings(path: Path) -> Settings:
    """Read the configuration file. Raises RegistryStateInvalid, naming file and key."""
    section = read_section(path)
    instance = section.text("instance")
    host, port = _listen(section.text("listen"))
    management = section.optional_text("management_service")
    settings = Settings(
        instance=instance,
        host=host,
        port=port,
        public_url=section.text("public_url").rstrip("/"),
        data=section.path("data"),
        members_file=section.path("members_file"),
        servers_folder=section.path("servers_dir"),
        certification=tuple(_certification(one) for one in section.sections("approved_cas")),
        timestamping=tuple(_timestamping(one) for one in section.sections("approved_tsas")),
        groups=tuple(_group(one, instance) for one in section.sections("groups")),
        member_classes=tuple(_member_class(one) for one in section.sections("member_classes")),
        management_service=None if management is None else client_id(management),
        expire_seconds=section.number("expire_seconds", 600),
        interval_seconds=section.number("interval_seconds", 60),
        timestamping_interval_seconds=section.number("timestamping_interval", 60),
        ocsp_freshness_seconds=section.number("ocsp_freshness_seconds", 3600),
    )
    section.optional_text("database")  # of the common form of configurations; the registry's state is files
    section.close()
    if settings.interval_seconds >= settings.expire_seconds:
        raise RegistryStateInvalid(f"{path}: interval_seconds must be less than expire_seconds")
    return settings


def client_id(text: str) -> ClientId:
    """An identifier in the files. Raises RegistryStateInvalid."""
    try:
        return ClientId.parse(text)
    except InvalidIdentifier as exc:
        raise RegistryStateInvalid(exc.detail) from exc


def certificate(path: Path) -> x509.Certificate:
    """The certificate in a file, PEM or DER. Raises RegistryStateInvalid."""
    try:
        return load_certificate(path.read_bytes())
    except (OSError, MalformedCertificate) as exc:
        raise RegistryStateInvalid(f"there is no readable certificate at {path}") from exc


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise RegistryStateInvalid(f"listen must be HOST:PORT, not {text!r}")
    return host, int(port)


def _certification(section: Section) -> CertificationService:
    service = CertificationService(
        name=section.text("name"),
        profile=section.text("profile", BASIC_PROFILE),
        top=Authority(certificate(section.path("top_ca")), _ocsp(section)),
        intermediates=tuple(_intermediate(one) for one in section.sections("intermediates")),
    )
    section.close()
    return service


def _intermediate(section: Section) -> Authority:
    authority = Authority(certificate(section.path("certificate")), _ocsp(section))
    section.close()
    return authority


def _ocsp(section: Section) -> tuple[OcspService, ...]:
    services = []
    for one in section.sections("ocsp"):
        url = one.text("url")
        path = one.optional_text("certificate")
        services.append(OcspService(url, None if path is None else certificate(one.resolve(path))))
        one.close()
    return tuple(services)


def _timestamping(section: Section) -> TimestampingService:
    service = TimestampingService(section.text("name"), section.text("url"), certificate(section.path("certificate")))
    section.close()
    return service


def _group(section: Section, instance: str) -> GlobalGroup:
    try:
        identifier = GlobalGroupId(instance, section.text("code"))
    except InvalidIdentifier as exc:
        raise RegistryStateInvalid(exc.detail) from exc
    members = frozenset(client_id(text) for text in section.texts("members"))
    group = GlobalGroup(identifier, section.text("description", identifier.group), members)
    section.close()
    return group


def _member_class(section: Section) -> MemberClass:
    found = MemberClass(section.text("code"), section.text("description"))
    section.close()
    return found
