"""The configuration of one site: a strict YAML file, read once, typed.

Everything a site needs to know about where it runs stands here; what it knows about its country
comes from the country folder. Secrets are files named by the configuration and read at the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import yaml

from saola_platform.errors import ConfigurationInvalid
from saola_platform.kernel import strict

SiteKind = Literal["portal", "onestop", "register"]


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """The own gateway: `client` is our subsystem, "INSTANCE/CLASS/MEMBER/SUBSYSTEM"."""

    gateway: str
    client: str
    instance: str
    client_token_file: Path | None = None
    gateway_token_file: Path | None = None


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """The OpenID Provider at which people sign in and sign."""

    issuer: str
    client_id: str
    client_secret_file: Path


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """The trusted list and the time stamps that signatures need."""

    trustlist_url: str
    trustlist_certificate_file: Path
    tsa_url: str


@dataclass(frozen=True, slots=True)
class SealSettings:
    """The signer service that keeps this organisation's seal."""

    signer_url: str
    credential_owner: str
    token_file: Path


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where e-mail leaves from."""

    host: str
    port: int
    sender: str


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Bytes: of one uploaded file, and of a whole request."""

    file_bytes: int = 20 * 1024 * 1024
    request_bytes: int = 60 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SiteConfiguration:
    """One site. `listen` is "host:port"; `public_url` is what people's browsers use."""

    site: SiteKind
    organisation: str
    country: Path
    listen: str
    public_url: str
    database: str = field(repr=False)
    data: Path
    secret_key_file: Path
    demo: bool = False
    demo_status_url: str | None = None
    exchange: ExchangeSettings | None = None
    identity: IdentitySettings | None = None
    trust: TrustSettings | None = None
    seal: SealSettings | None = None
    mail: MailSettings | None = None
    registers: tuple[str, ...] = ()
    register_samples: Path | None = None
    staff_file: Path | None = None
    upload_limits: UploadLimits = UploadLimits()
    operator_pages: bool = False

    @property
    def hosts(self) -> list[str]:
        """The host names under which this site answers; any other is refused."""
        return sorted({host for host in (urlsplit(self.public_url).hostname, self.listen.rpartition(":")[0]) if host})

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"


def load(path: Path) -> SiteConfiguration:
    """The configuration in the file; raises ConfigurationInvalid, naming file and setting."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigurationInvalid(f"{path}: cannot be read ({exc.strerror})") from exc
    except yaml.YAMLError as exc:
        raise ConfigurationInvalid(f"{path}: not YAML: {exc}") from exc
    configuration = strict.read(SiteConfiguration, data, where=str(path), folder=path.resolve().parent)
    for problem in _problems(configuration):
        raise ConfigurationInvalid(f"{path}: {problem}")
    return configuration


def _problems(configuration: SiteConfiguration) -> Iterator[str]:
    host, _, port = configuration.listen.rpartition(":")
    if not host or not port.isdigit():
        yield f"listen: {configuration.listen!r} is not host:port"
    parts = urlsplit(configuration.public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        yield f"public_url: {configuration.public_url!r} is not an address without a path"
    if not configuration.demo and not configuration.is_https:
        yield "public_url: people's data needs https; only a demo may do without"
    if configuration.site == "register" and not configuration.registers:
        yield "registers: a register site needs at least one register"
    if configuration.site != "register" and configuration.registers:
        yield "registers: only a register site holds registers"
    if configuration.site != "register" and configuration.identity is None:
        yield "identity: people sign in at this site, so it needs an identity provider"


def secret(path: Path) -> str:
    """The secret in a file; an empty or unreadable one stops the start."""
    try:
        value = path.read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise ConfigurationInvalid(f"{path}: the secret cannot be read ({exc.strerror})") from exc
    if not value:
        raise ConfigurationInvalid(f"{path}: the secret is empty")
    return value


@cache
def cached_secret(path: Path) -> str:
    """As `secret`, read once per process."""
    return secret(path)


_current: list[SiteConfiguration] = []


def install(configuration: SiteConfiguration) -> None:
    """Make this the process's configuration; called once, by the settings."""
    _current[:] = [configuration]


def site() -> SiteConfiguration:
    """The configuration of the site that this process serves."""
    if not _current:
        raise ConfigurationInvalid("no configuration is loaded", remedy="Name the file in SAOLA_CONFIG.")
    return _current[-1]


@contextmanager
def using(configuration: SiteConfiguration) -> Iterator[None]:
    """For tests: within the block `site()` answers this configuration."""
    _current.append(configuration)
    try:
        yield
    finally:
        _current.pop()
