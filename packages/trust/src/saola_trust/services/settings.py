"""The configuration of one trust process: a YAML file, read once, typed and strict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from saola_trust.errors import FileUnreadable, TrustError

Role = Literal["ca", "ocsp", "tsa", "trustlist", "signer"]
ROLES: tuple[Role, ...] = ("ca", "ocsp", "tsa", "trustlist", "signer")
AUTHORITY_ROLES = frozenset({"ca", "ocsp", "tsa", "trustlist"})
HIERARCHIES = ("public", "government")
REQUIRED = {"listen", "data", "roles", "country"}
KNOWN = REQUIRED | {
    "public_url", "database", "operator_name", "operator_token_file", "identity_token_file",
    "activation_key_file", "ca_url", "seal_tokens", "secret_file",
}  # fmt: skip


class ConfigurationInvalid(TrustError):
    """The configuration file cannot be used."""

    code = "trust.configuration_invalid"
    fault = "operator"
    remedy = "Correct the configuration file as the detail says, then start again."


@dataclass(frozen=True, slots=True)
class Settings:
    """One process. `host` and `port` are where it listens; files are absolute paths or relative to the file."""

    host: str
    port: int
    public_url: str
    data: Path
    database: str | None
    roles: frozenset[Role]
    country: str
    operator_name: str
    operator_token_file: Path
    identity_token_file: Path | None
    activation_key_file: Path | None
    ca_url: str | None
    seal_tokens: dict[str, Path]
    secret_file: Path

    @property
    def needs_database(self) -> bool:
        """Whether a role of this process keeps state."""
        return bool(self.roles & {"ca", "ocsp", "signer"})


def load_settings(path: Path) -> Settings:
    """Read and check the file; raises FileUnreadable, and ConfigurationInvalid naming the key."""
    try:
        parsed = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise FileUnreadable.at(path, error=exc) from exc
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        raise ConfigurationInvalid(f"{path} is not YAML: {exc}") from exc
    if not isinstance(parsed, dict):
        raise ConfigurationInvalid(f"{path} should hold keys and values")
    if unknown := sorted(str(key) for key in parsed if key not in KNOWN):
        raise ConfigurationInvalid(f"{path}: {unknown[0]} is not a known key")
    if missing := sorted(key for key in REQUIRED if not parsed.get(key)):
        raise ConfigurationInvalid(f"{path}: {missing[0]} is missing")
    return _settings(parsed, folder=path.parent)


def _settings(parsed: dict[str, Any], *, folder: Path) -> Settings:
    host, port = _address(parsed["listen"])
    data = folder / str(parsed["data"])

    def file(key: str, default: Path | None = None) -> Path | None:
        return folder / str(parsed[key]) if parsed.get(key) else default

    settings = Settings(
        host=host,
        port=port,
        public_url=str(parsed.get("public_url") or f"http://{host}:{port}").rstrip("/"),
        data=data,
        database=str(parsed["database"]) if parsed.get("database") else None,
        roles=_roles(parsed["roles"]),
        country=_country(parsed["country"]),
        operator_name=str(parsed.get("operator_name") or "Trust services"),
        operator_token_file=file("operator_token_file") or data / "operator-token",
        identity_token_file=file("identity_token_file"),
        activation_key_file=file("activation_key_file"),
        ca_url=str(parsed["ca_url"]).rstrip("/") if parsed.get("ca_url") else None,
        seal_tokens={str(code): folder / str(name) for code, name in (parsed.get("seal_tokens") or {}).items()},
        secret_file=file("secret_file") or data / "service-secret",
    )
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    if settings.needs_database and settings.database is None:
        raise ConfigurationInvalid("database is missing: the roles ca, ocsp and signer keep their state there")
    if "signer" in settings.roles:
        for name in ("identity_token_file", "activation_key_file", "ca_url"):
            if getattr(settings, name) is None:
                raise ConfigurationInvalid(f"{name} is missing: the role signer needs it")


def _address(value: object) -> tuple[str, int]:
    host, _, port = str(value).rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigurationInvalid(f"listen should be HOST:PORT, not {value!r}")
    return host, int(port)


def _roles(value: object) -> frozenset[Role]:
    if not isinstance(value, list) or not value:
        raise ConfigurationInvalid(f"roles should be a list out of {', '.join(ROLES)}")
    if unknown := [role for role in value if role not in ROLES]:
        raise ConfigurationInvalid(f"there is no role {unknown[0]!r}; there are {', '.join(ROLES)}")
    return frozenset(value)


def _country(value: object) -> str:
    text = str(value)
    if len(text) != 2 or not text.isascii() or not text.isupper():
        raise ConfigurationInvalid(f"country should be two capital letters (ISO 3166-1), not {text!r}")
    return text
