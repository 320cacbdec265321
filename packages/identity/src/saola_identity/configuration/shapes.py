"""What the configuration file may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

SCOPES = ("openid", "profile", "personal_number")


@dataclass(frozen=True, slots=True)
class Client:
    """A relying party: a site where people sign in with us.

    `sector` groups clients that may know a person by one and the same `sub`; by default each is alone.
    """

    client_id: str
    name: Mapping[str, str]
    secret_file: Path
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("openid",)
    sector: str | None = None

    @property
    def sector_identifier(self) -> str:
        """What pairwise subjects are made from (OpenID Connect Core §8.1)."""
        return self.sector or self.client_id

    @property
    def origins(self) -> frozenset[str]:
        """Where its pages are: scheme, host and port of its redirect URIs."""
        return frozenset(origin_of(uri) for uri in self.redirect_uris)

    def name_in(self, language: str) -> str:
        """Its name for people, in their language if it has one."""
        return self.name.get(language) or self.name.get(language.partition("-")[0]) or next(iter(self.name.values()))


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server that messages to people go through."""

    host: str
    port: int
    sender: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """One identity site. Relative paths are taken from the folder of the file.

    `signer_token_file` holds identity's token at the signer; `signer_operator_token_file` the operator's,
    which only `init` uses, to create the credentials of the people file.
    """

    listen: str
    issuer: str
    database: str
    data: Path
    secret_key_file: Path
    country: Path
    signer_url: str
    signer_token_file: Path
    activation_key_file: Path
    clients: tuple[Client, ...]
    demo: bool = False
    people_file: Path | None = None
    signer_operator_token_file: Path | None = None
    mail: Mail | None = None

    @property
    def is_https(self) -> bool:
        """Whether people reach this site encrypted."""
        return self.issuer.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """The host names under which requests are answered."""
        listening = self.listen.rpartition(":")[0]
        return [urlsplit(self.issuer).hostname or "", listening]

    def client(self, client_id: str) -> Client | None:
        """The relying party of that id."""
        return next((client for client in self.clients if client.client_id == client_id), None)


def origin_of(address: str) -> str:
    """Scheme, host and port of an address; the empty string when it is not an http address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""
