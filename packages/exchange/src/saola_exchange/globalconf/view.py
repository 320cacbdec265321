"""One read-only view of a configuration: the questions that gateways and verifiers ask of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from saola_trust.certificates import certificate_der, issued_by

from saola_exchange.globalconf.errors import ConfigurationInvalid, ConfigurationOutdated
from saola_exchange.globalconf.parameters import (
    Authority,
    CertificationService,
    Member,
    PrivateParameters,
    Server,
    SharedParameters,
    TimestampingService,
)
from saola_exchange.globalconf.profiles import member_of_subject
from saola_exchange.globalconf.reading import read_private, read_shared
from saola_exchange.globalconf.store import INSTANCE_FILE, METADATA_SUFFIX, PRIVATE_FILE, SHARED_FILE, read_folder
from saola_exchange.globalconf.xmlconf import read_time, write_time
from saola_exchange.protocol.identifiers import ClientId, GlobalGroupId, MemberId, ServerId


@dataclass(frozen=True, slots=True)
class InstanceConfiguration:
    """One instance's part; `expires` None when the files do not say (test configurations)."""

    shared: SharedParameters
    expires: datetime | None
    version: int | None


class ConfigurationView:
    """The configuration of an instance and of those it is federated with."""

    def __init__(
        self,
        *,
        instance: str,
        instances: Mapping[str, InstanceConfiguration],
        private: PrivateParameters | None = None,
    ) -> None:
        """`instance` is the own one and must be among `instances`. Raises ConfigurationInvalid."""
        if instance not in instances:
            raise ConfigurationInvalid(f"there are no shared parameters of the instance {instance}")
        self.instance = instance
        self.private = private
        self._instances = dict(instances)
        self._members = {member.id: member for one in instances.values() for member in one.shared.members}
        self._servers = {server.id: server for one in instances.values() for server in one.shared.servers}
        self._by_hash: dict[bytes, Server] = {}
        # The own instance first: another one must not take over a certificate that is registered here.
        for one in sorted(instances.values(), key=lambda known: known.shared.instance != instance):
            for server in one.shared.servers:
                for value in server.certificate_hashes:
                    self._by_hash.setdefault(value, server)

    @classmethod
    def load(cls, folder: Path) -> ConfigurationView:
        """Read a configuration folder, or a ZIP file of one. Raises ConfigurationInvalid."""
        return cls.from_files(read_folder(folder))

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> ConfigurationView:
        """Read the files of a configuration folder by their names in it. Raises ConfigurationInvalid."""
        if INSTANCE_FILE not in files:
            raise ConfigurationInvalid(f"there is no file {INSTANCE_FILE}")
        instance = files[INSTANCE_FILE].decode("utf-8", "replace").strip()
        names = [name for name in files if name.count("/") == 1 and name.endswith(f"/{SHARED_FILE}")]
        # The own folder first: the parameters of another folder must not pass for those of the own instance.
        names.sort(key=lambda name: name != f"{instance}/{SHARED_FILE}")
        found: dict[str, InstanceConfiguration] = {}
        for name in names:
            one = _instance_configuration(files, name)
            found.setdefault(one.shared.instance, one)
        private = files.get(f"{instance}/{PRIVATE_FILE}")
        return cls(
            instance=instance,
            instances=found,
            private=None if private is None else read_private(private),
        )

    @property
    def shared(self) -> SharedParameters:
        """The own instance's shared parameters."""
        return self._instances[self.instance].shared

    @property
    def expires(self) -> datetime | None:
        """Until when the own instance's configuration holds; None when the files do not say."""
        return self._instances[self.instance].expires

    @property
    def instances(self) -> tuple[str, ...]:
        """All instances that are known."""
        return tuple(self._instances)

    def require_valid(self, *, at: datetime) -> None:
        """Refuse to act on an expired configuration. Raises ConfigurationOutdated."""
        if self.expires is not None and self.expires <= at:
            raise ConfigurationOutdated(f"the configuration expired at {write_time(self.expires)}")

    def knows(self, client: ClientId) -> bool:
        """Whether the member, and the subsystem if it names one, is registered."""
        member = self._members.get(client.member)
        if member is None:
            return False
        return client.subsystem is None or client.subsystem in {one.code for one in member.subsystems}

    def member(self, identifier: MemberId) -> Member | None:
        """What is known of a member."""
        return self._members.get(identifier)

    def members(self, instance: str | None = None) -> tuple[Member, ...]:
        """The members of an instance, by default of the own one; none of an unknown instance."""
        one = self._instances.get(instance or self.instance)
        return () if one is None else one.shared.members

    def server(self, identifier: ServerId) -> Server | None:
        """What is known of a gateway."""
        return self._servers.get(identifier)

    def server_of_certificate(self, certificate: x509.Certificate) -> Server | None:
        """The gateway that this authentication certificate is registered for."""
        der = certificate_der(certificate)
        # Version 2 lists SHA-1, later ones SHA-256. A second preimage is needed to deceive, which SHA-1 still resists.
        known = (hashlib.sha256(der).digest(), hashlib.sha1(der, usedforsecurity=False).digest())
        return next((self._by_hash[value] for value in known if value in self._by_hash), None)

    def servers_of(self, client: ClientId) -> tuple[Server, ...]:
        """The gateways of a client, those in maintenance too."""
        return tuple(server for server in self._servers.values() if serves(server, client))

    def is_in_group(self, client: ClientId, group: GlobalGroupId) -> bool:
        """Whether the configuration lists exactly this client in a global group."""
        one = self._instances.get(group.instance)
        return one is not None and any(known.id == group and client in known.members for known in one.shared.groups)

    def authority_of(
        self, certificate: x509.Certificate, *, instance: str | None = None
    ) -> tuple[CertificationService, Authority] | None:
        """The approved authority that issued a certificate; in one instance, or in any when None."""
        for service in self._certification(instance):
            for authority in service.authorities:
                if issued_by(certificate, [authority.certificate]) is not None:
                    return service, authority
        return None

    def ocsp_urls(self, certificate: x509.Certificate) -> tuple[str, ...]:
        """Where to ask about a certificate's status; none when no approved authority issued it."""
        found = self.authority_of(certificate)
        return () if found is None else tuple(service.url for service in found[1].ocsp)

    def member_of_certificate(self, certificate: x509.Certificate, *, instance: str) -> MemberId:
        """The member that a signing certificate names. Raises ConfigurationInvalid, SubjectNamesNobody."""
        found = self.authority_of(certificate, instance=instance)
        if found is None:
            raise ConfigurationInvalid("the certificate is not from an approved certification service")
        return member_of_subject(certificate.subject, profile=found[0].profile, instance=instance)

    def timestamping(self, instance: str | None = None) -> tuple[TimestampingService, ...]:
        """The approved time-stamping services of an instance, or of all when None."""
        chosen = self._instances.values() if instance is None else self._chosen(instance)
        return tuple(service for one in chosen for service in one.shared.timestamping)

    def ocsp_freshness(self, instance: str) -> timedelta:
        """How old an OCSP answer may be in an instance (an hour where nothing is known)."""
        one = self._instances.get(instance)
        return timedelta(seconds=3600 if one is None else one.shared.ocsp_freshness_seconds)

    def _certification(self, instance: str | None) -> Iterable[CertificationService]:
        chosen = self._instances.values() if instance is None else self._chosen(instance)
        return (service for one in chosen for service in one.shared.certification)

    def _chosen(self, instance: str) -> tuple[InstanceConfiguration, ...]:
        one = self._instances.get(instance)
        return () if one is None else (one,)


def serves(server: Server, client: ClientId) -> bool:
    """Whether a gateway is registered for a client, as its owner or as one of its clients."""
    return client in server.clients or (client.subsystem is None and client.member == server.id.owner)


def _instance_configuration(files: Mapping[str, bytes], name: str) -> InstanceConfiguration:
    try:
        metadata = json.loads(files.get(name + METADATA_SUFFIX, b"{}"))
        expires, version = metadata.get("expirationDate"), metadata.get("configurationVersion")
        return InstanceConfiguration(
            shared=read_shared(files[name]),
            expires=None if expires is None else read_time(str(expires)),
            version=None if version is None else int(version),
        )
    except (ValueError, AttributeError, TypeError) as exc:
        raise ConfigurationInvalid(f"the metadata of {name} cannot be read") from exc
