"""The contents of a configuration as values; XML of any version from 2 to 6 becomes the same."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from saola_exchange.protocol.identifiers import ClientId, GlobalGroupId, MemberId, ServerId

BASIC_PROFILE = "ee.ria.xroad.common.certificateprofile.impl.BasicCertificateProfileInfoProvider"


@dataclass(frozen=True, slots=True)
class Source:
    """An address of the registry and the certificates that sign there."""

    address: str
    internal: tuple[x509.Certificate, ...]
    external: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class OcspService:
    """A responder; `certificate` None when only the issuer or its delegates may answer."""

    url: str
    certificate: x509.Certificate | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """One certificate of an approved certification service and its responders."""

    certificate: x509.Certificate
    ocsp: tuple[OcspService, ...]


@dataclass(frozen=True, slots=True)
class CertificationService:
    """An approved certification service; `profile` is the class name that says how subjects name members."""

    name: str
    profile: str
    top: Authority
    intermediates: tuple[Authority, ...] = ()
    authentication_only: bool = False

    @property
    def authorities(self) -> tuple[Authority, ...]:
        """All certificates that issue."""
        return (self.top, *self.intermediates)


@dataclass(frozen=True, slots=True)
class TimestampingService:
    """An approved time-stamping service."""

    name: str
    url: str
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Subsystem:
    """A part of a member that offers or uses services."""

    code: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation."""

    id: MemberId
    name: str
    class_description: str = ""
    subsystems: tuple[Subsystem, ...] = ()


@dataclass(frozen=True, slots=True)
class Server:
    """A gateway; `maintenance` is the announcement when it is out of service on purpose, else None."""

    id: ServerId
    address: str
    certificate_hashes: frozenset[bytes]
    clients: tuple[ClientId, ...]
    maintenance: str | None = None


@dataclass(frozen=True, slots=True)
class GlobalGroup:
    """A group of members or subsystems that rights can be given to."""

    id: GlobalGroupId
    description: str
    members: frozenset[ClientId]


@dataclass(frozen=True, slots=True)
class MemberClass:
    """A kind of member, such as GOV."""

    code: str
    description: str


@dataclass(frozen=True, slots=True)
class SharedParameters:
    """What all may know."""

    instance: str
    certification: tuple[CertificationService, ...]
    timestamping: tuple[TimestampingService, ...]
    members: tuple[Member, ...]
    servers: tuple[Server, ...]
    sources: tuple[Source, ...] = ()
    groups: tuple[GlobalGroup, ...] = ()
    member_classes: tuple[MemberClass, ...] = ()
    ocsp_freshness_seconds: int = 3600


@dataclass(frozen=True, slots=True)
class PrivateParameters:
    """What only the own members get: the management service and how often to stamp."""

    instance: str
    registration_address: str
    management_service: ClientId
    timestamping_interval_seconds: int = 60
    registration_certificate: x509.Certificate | None = None
