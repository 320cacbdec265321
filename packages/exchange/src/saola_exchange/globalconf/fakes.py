"""A whole instance in memory, for tests: members, gateways, trust services and the configuration that lists them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID
from saola_trust.certificates import Profile, certificate_der
from saola_trust.keystore import FakeSigner, SoftwareSigner
from saola_trust.services.fakes import FakeTrust

from saola_exchange.globalconf.parameters import (
    BASIC_PROFILE,
    Authority,
    CertificationService,
    GlobalGroup,
    Member,
    OcspService,
    Server,
    SharedParameters,
    Subsystem,
    TimestampingService,
)
from saola_exchange.globalconf.view import ConfigurationView, InstanceConfiguration
from saola_exchange.protocol.identifiers import ClientId, MemberId, ServerId


@dataclass
class FakeInstance:
    """Two members, ``GOV/A01/portal`` and ``GOV/B02/register``, with one gateway each; `trust.at` is now."""

    name: str = "EX-TEST"
    trust: FakeTrust = field(default_factory=FakeTrust)
    expires_after: timedelta = timedelta(hours=1)
    groups: tuple[GlobalGroup, ...] = ()

    def __post_init__(self) -> None:
        self.consumer = ClientId(self.name, "GOV", "A01", "portal")
        self.provider = ClientId(self.name, "GOV", "B02", "register")

    @property
    def at(self) -> datetime:
        """Now, in this instance."""
        return self.trust.at

    def signer(self, member: MemberId, profile: Profile = "signing") -> SoftwareSigner:
        """The member's signer; profile ``authentication`` for the one of its gateway's TLS."""
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "XX"),
                x509.NameAttribute(NameOID.BUSINESS_CATEGORY, member.member_class),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, member.member_code),
                x509.NameAttribute(NameOID.COMMON_NAME, member.member_code),
            ]
        )
        issuer = self.trust.issuers["government"]
        return FakeSigner(f"{profile} {member}", profile=profile, issuer=issuer, subject=subject)

    def ocsp(self, certificate: x509.Certificate) -> bytes:
        """A fresh answer about one of its certificates."""
        return self.trust.ocsp(certificate, self.trust.issuers["government"].certificate)

    def timestamp(self, data: bytes) -> bytes:
        """A token over the data."""
        return self.trust.timestamp(hashlib.sha256(data).digest())

    @property
    def shared(self) -> SharedParameters:
        """What its registry would publish."""
        responder = OcspService("http://127.0.0.1:1/ocsp", self.trust.responders["government"].certificate)
        authority = Authority(self.trust.issuers["government"].certificate, (responder,))
        return SharedParameters(
            instance=self.name,
            certification=(CertificationService("Example CA", BASIC_PROFILE, authority),),
            timestamping=(TimestampingService("Example TSA", "http://127.0.0.1:1/tsa", self.trust.tsa.certificate),),
            members=tuple(self._member(client) for client in (self.consumer, self.provider)),
            servers=tuple(self._server(client) for client in (self.consumer, self.provider)),
            groups=self.groups,
        )

    @property
    def view(self) -> ConfigurationView:
        """The configuration as a gateway sees it."""
        one = InstanceConfiguration(self.shared, self.at + self.expires_after, 6)
        return ConfigurationView(instance=self.name, instances={self.name: one})

    def _member(self, client: ClientId) -> Member:
        subsystem = Subsystem(client.subsystem or "", f"Subsystem {client.subsystem}")
        return Member(client.member, f"Organisation {client.member_code}", "Government", (subsystem,))

    def _server(self, client: ClientId) -> Server:
        certificate = self.signer(client.member, "authentication").certificate
        identifier = ServerId(self.name, client.member_class, client.member_code, "S1")
        digest = hashlib.sha256(certificate_der(certificate)).digest()
        return Server(identifier, "127.0.0.1", frozenset({digest}), (client,))
