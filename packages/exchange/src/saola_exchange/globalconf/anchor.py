"""The anchor: the one file that an organisation gets by hand: where the configuration is, whose key signs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from saola_exchange.globalconf import xmlconf
from saola_exchange.globalconf.errors import ConfigurationInvalid


@dataclass(frozen=True, slots=True)
class AnchorSource:
    """One address, and the certificates of which one must have signed what is there."""

    url: str
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The trusted beginning of everything else."""

    instance: str
    generated_at: datetime | None
    sources: tuple[AnchorSource, ...]

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """The verification certificates of all sources, each once."""
        found = {certificate: None for source in self.sources for certificate in source.certificates}
        return tuple(found)


def parse_anchor(data: bytes) -> Anchor:
    """Read an anchor file. Raises ConfigurationInvalid."""
    root = xmlconf.parse_root(data, "configurationAnchor")
    sources = tuple(
        AnchorSource(
            url=xmlconf.text(element, "downloadURL"), certificates=xmlconf.certificates(element, "verificationCert")
        )
        for element in root.findall("source")
    )
    if not sources or not all(source.certificates for source in sources):
        raise ConfigurationInvalid("the anchor has no source, or a source without a certificate")
    generated = root.findtext("generatedAt")
    return Anchor(
        instance=xmlconf.text(root, "instanceIdentifier"),
        generated_at=None if generated is None else xmlconf.read_time(generated),
        sources=sources,
    )


def build_anchor(*, instance: str, generated_at: datetime, sources: Sequence[AnchorSource]) -> bytes:
    """The anchor file of an instance."""
    root = xmlconf.new_root("configurationAnchor")
    xmlconf.add(root, "generatedAt", xmlconf.write_time(generated_at))
    xmlconf.add(root, "instanceIdentifier", instance)
    for source in sources:
        element = xmlconf.add(root, "source")
        xmlconf.add(element, "downloadURL", source.url)
        for certificate in source.certificates:
            xmlconf.add_certificate(element, "verificationCert", certificate)
    return xmlconf.serialise(root)
