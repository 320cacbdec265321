"""The keys of the provider: made once into files of the data folder, read once by each process."""

from __future__ import annotations

import json
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from saola_identity.errors import ConfigurationInvalid

SIGNING, PAIRWISE = "oidc-keys.json", "pairwise.key"


def make_keys(*, data: Path, activation_key_file: Path) -> None:
    """Make whatever is not there yet; nothing that is there changes.

    The public half of the activation key is written beside it as `.pub.json`, for the signer.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (data / SIGNING).exists():
        write_private(data / SIGNING, json.dumps({"keys": [new_key()]}))
    if not (data / PAIRWISE).exists():
        write_private(data / PAIRWISE, secrets.token_hex(32))
    if not activation_key_file.exists():
        write_private(activation_key_file, json.dumps(new_key()))
    public = read_key(activation_key_file).as_dict(private=False)
    activation_key_file.with_suffix(".pub.json").write_text(json.dumps(public), encoding="utf-8")


def new_key() -> dict[str, Any]:
    """A fresh P-256 key as a private JWK with its thumbprint as key id."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"})
    return {**key.as_dict(private=True), "kid": key.thumbprint()}


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)


@cache
def read_key(path: Path) -> ECKey:
    """One private JWK; raises ConfigurationInvalid."""
    return _key(_json(path), path)


@cache
def signing_keys(data: Path) -> tuple[ECKey, ...]:
    """The keys of ID tokens: the first signs, all are published. Raises ConfigurationInvalid."""
    path = data / SIGNING
    found = _json(path).get("keys")
    if not isinstance(found, list) or not found:
        raise ConfigurationInvalid(f"{path}: holds no key; run `saola identity init`")
    return tuple(_key(one, path) for one in found)


def published(data: Path) -> dict[str, Any]:
    """The JWK set for relying parties: public halves only."""
    return {"keys": [key.as_dict(private=False) for key in signing_keys(data)]}


def verifying_keys(data: Path) -> KeySet:
    """The keys to check our own tokens with."""
    return KeySet(list(signing_keys(data)))


@cache
def pairwise_secret(data: Path) -> bytes:
    """The secret of pairwise subjects; raises ConfigurationInvalid."""
    try:
        return bytes.fromhex((data / PAIRWISE).read_text(encoding="ascii").strip())
    except (OSError, ValueError) as exc:
        raise ConfigurationInvalid(f"{data / PAIRWISE}: cannot be read; run `saola identity init`") from exc


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ConfigurationInvalid(f"{path}: cannot be read; run `saola identity init`") from exc
    if not isinstance(value, dict):
        raise ConfigurationInvalid(f"{path}: is not a JSON object")
    return value


def _key(value: Any, path: Path) -> ECKey:
    try:
        key = ECKey.import_key(value)
    except (JoseError, ValueError, TypeError, KeyError) as exc:
        raise ConfigurationInvalid(f"{path}: holds no usable key") from exc
    if not key.is_private or key.curve_name != "P-256":
        raise ConfigurationInvalid(f"{path}: a private P-256 key is needed")
    return key
