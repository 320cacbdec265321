"""A whole trust fabric in memory, for tests: two hierarchies, OCSP, time stamps, a trusted list. Same names, same keys.

`FakeTrust` is an `EvidenceSource`, so that whatever needs one can be tested without a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography import x509

from saola_trust.certificates import Issuer, Profile, SignatureAlgorithm
from saola_trust.containers import Document, write_asice
from saola_trust.keystore import FakeSigner, SoftwareSigner
from saola_trust.revocation import CertificateStatus, build_request, build_response, parse_request
from saola_trust.services.evidence import complete_lt
from saola_trust.services.subjects import subject_name
from saola_trust.signatures import prepare
from saola_trust.timestamps import issue, request, token_of
from saola_trust.timestamps import parse_request as parse_timestamp_request
from saola_trust.trustlist import (
    ListInformation,
    StatusPeriod,
    TrustedService,
    TrustedServices,
    build,
    sign_list,
)

Hierarchy = Literal["public", "government"]
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class FakeTrust:
    """`at` is now for everything it issues, and may be changed; `revoked` holds serial numbers."""

    at: datetime = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    country: str = "XX"
    revoked: dict[int, datetime] = field(default_factory=dict)
    ocsp_delay: timedelta = timedelta(seconds=1)

    def __post_init__(self) -> None:
        self.issuers = {name: self._authority(f"{name} issuing CA") for name in ("public", "government")}
        self.responders = {
            name: FakeSigner(f"{name} OCSP", profile="ocsp", issuer=issuer) for name, issuer in self.issuers.items()
        }
        self.tsa = FakeSigner("time stamps", profile="tsa", issuer=self.issuers["government"])
        self.operator = FakeSigner("list operator", profile="list-operator")
        self._serial = 0

    def _authority(self, name: str) -> Issuer:
        signer = FakeSigner(
            name, profile="issuing-ca", subject=subject_name({"common_name": name, "country": self.country})
        )
        return Issuer(signer.certificate, signer.key, f"http://127.0.0.1:1/ocsp/{name.split(maxsplit=1)[0]}", None)

    def person(self, *, name: str = "Example Person", number: str = "000000000001") -> SoftwareSigner:
        """A person's signer, from the public hierarchy."""
        given, _, surname = name.partition(" ")
        return self.signer("person", "public", common_name=name, given_name=given, surname=surname or given,
                           serial_number=f"IDC{self.country}-{number}")  # fmt: skip

    def seal(self, *, organisation: str = "Example Office", identifier: str = "X01") -> SoftwareSigner:
        """An organisation's seal, from the government hierarchy."""
        return self.signer("seal", "government", common_name=organisation, organisation=organisation,
                           organisation_identifier=f"NTR{self.country}-{identifier}")  # fmt: skip

    def signer(self, profile: Profile, hierarchy: Hierarchy, **subject: str) -> SoftwareSigner:
        """A signer with any profile and subject."""
        name = subject_name({**subject, "country": self.country})
        label = f"{profile} {hierarchy} {name.rfc4514_string()}"
        return FakeSigner(label, profile=profile, issuer=self.issuers[hierarchy], subject=name)

    def issuer_of(self, certificate: x509.Certificate) -> x509.Certificate:
        """The issuing authority of one of its certificates."""
        return next(i.certificate for i in self.issuers.values() if i.certificate.subject == certificate.issuer)

    def timestamp(self, digest: bytes) -> bytes:
        """See `EvidenceSource`."""
        self._serial += 1
        asked = request(digest, nonce=self._serial)
        chain = [self.issuers["government"].certificate]
        answer = issue(parse_timestamp_request(asked), authority=self.tsa, chain=chain, at=self.at, serial=self._serial)
        return token_of(answer, asked=asked)

    def ocsp(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
        """See `EvidenceSource`."""
        hierarchy = next(name for name, known in self.issuers.items() if known.certificate == issuer)
        revoked = self.revoked.get(certificate.serial_number)
        status = (
            CertificateStatus("good") if revoked is None else CertificateStatus("revoked", revoked, "key_compromise")
        )
        question = parse_request(build_request(certificate=certificate, issuer=issuer))
        at = self.at + self.ocsp_delay
        return build_response(question=question, status=status, responder=self.responders[hierarchy], produced_at=at)

    def services(self) -> tuple[TrustedService, ...]:
        """The entries of its trusted list."""
        granted = (StatusPeriod(True, EPOCH),)
        authorities = tuple(
            TrustedService("ca", f"{name} provider", f"{name} CA", issuer.certificate, granted)
            for name, issuer in self.issuers.items()
        )
        return (
            *authorities,
            TrustedService("tsa", "government provider", "time stamps", self.tsa.certificate, granted),
        )

    @property
    def trusted(self) -> TrustedServices:
        """What a verifier trusts that has read the list."""
        return TrustedServices(self.services())

    def trusted_list(self, services: Sequence[TrustedService] | None = None, *, days: int = 30) -> bytes:
        """The signed list, valid for so many days from `at`."""
        information = ListInformation(self.country, "Example Operator", "Trusted list", "http://127.0.0.1:1/", 1,
                                      self.at, self.at + timedelta(days=days))  # fmt: skip
        listed = self.services() if services is None else services
        return sign_list(build(information=information, services=listed), signer=self.operator, at=self.at)

    def signature(self, *, documents: Sequence[Document], signer: SoftwareSigner) -> bytes:
        """A signature file of level LT."""
        unsigned = prepare(documents=documents, certificate=signer.certificate, at=self.at)
        value = signer.sign(unsigned.to_be_signed, algorithm=SignatureAlgorithm("ecdsa", "SHA-256"))
        chain = [self.issuer_of(signer.certificate)]
        return complete_lt(unsigned=unsigned, signature_der=value, chain=chain, evidence=self)

    def container(self, *, documents: Sequence[Document], signers: Sequence[SoftwareSigner]) -> bytes:
        """An ASiC-E container signed by each of the signers, level LT."""
        return write_asice(
            documents=documents, signatures=[self.signature(documents=documents, signer=s) for s in signers]
        )
