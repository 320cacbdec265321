"""The seam to the remote signer, which holds the keys of people; and a fake for tests.

`HttpSigner` speaks the signer's HTTP interface: credentials with the operator's token, signatures
with an activation token. The PIN passes through and is kept nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol
from urllib.parse import quote, urlsplit

from saola_identity.errors import CredentialLocked, NoCredential, PinWrong, SignerUnavailable, SigningFailed

Kind = Literal["person", "official"]
LIMIT: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Credential:
    """A signing key of a person: certificate and chain in PEM."""

    id: str
    kind: str
    certificate: str
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What the signer needs to make a key and have it certified."""

    owner: str
    kind: Kind
    hierarchy: str
    subject: Mapping[str, str]
    pin: str = field(repr=False)
    valid_days: int = 730


class Signer(Protocol):
    """The signer, as identity needs it."""

    def create(self, new: NewCredential) -> Credential:
        """Make a credential, or give the one the owner has of this kind; raises SigningFailed."""
        ...

    def credentials(self, owner: str) -> Sequence[Credential]:
        """The usable credentials of an owner; raises SigningFailed."""
        ...

    def sign(self, *, credential_id: str, hashes: Sequence[str], activation: str, pin: str) -> Sequence[str]:
        """One signature (DER, base64) per SHA-256 hash (base64); raises SigningFailed."""
        ...


@dataclass(frozen=True, slots=True)
class HttpSigner:
    """The signer over HTTP. `operator_token` is needed to create credentials, `token` for all else."""

    url: str
    token: str = field(repr=False)
    operator_token: str = field(repr=False)
    timeout: float = 15.0

    def create(self, new: NewCredential) -> Credential:
        """As the protocol says."""
        body = {
            "owner": new.owner, "kind": new.kind, "hierarchy": new.hierarchy,
            "subject": dict(new.subject), "pin": new.pin, "valid_days": new.valid_days,
        }  # fmt: skip
        return _credential(self._call("POST", "/signer/credentials", body, token=self.operator_token))

    def credentials(self, owner: str) -> Sequence[Credential]:
        """As the protocol says."""
        answer = self._call("GET", f"/signer/credentials?owner={quote(owner, safe='')}")
        items = answer.get("items")
        if not isinstance(items, list):
            raise SignerUnavailable("the signer's answer has no items")
        return [_credential(item) for item in items if item.get("status", "active") in {"active", "locked"}]

    def sign(self, *, credential_id: str, hashes: Sequence[str], activation: str, pin: str) -> Sequence[str]:
        """As the protocol says."""
        body = {"hashes": list(hashes), "hash_algorithm": "SHA-256", "activation": activation, "pin": pin}
        path = f"/signer/credentials/{quote(credential_id, safe='')}/signatures"
        signatures = self._call("POST", path, body).get("signatures")
        if not isinstance(signatures, list) or len(signatures) != len(hashes):
            raise SignerUnavailable("the signer's answer has not one signature per hash")
        return [str(one) for one in signatures]

    def _call(self, method: str, path: str, body: object = None, *, token: str | None = None) -> dict[str, Any]:
        status, content = self._send(method, path, body, token=token or self.token)
        try:
            answer = json.loads(content)
        except ValueError as exc:
            raise SignerUnavailable(f"the signer answered {status}, and not in JSON") from exc
        if not isinstance(answer, dict):
            raise SignerUnavailable(f"the signer answered {status}, and not with a JSON object")
        if status >= 300:
            raise refusal(status=status, problem=answer)
        return answer

    def _send(self, method: str, path: str, body: object, *, token: str) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        connection = (
            http.client.HTTPSConnection(host, parts.port, timeout=self.timeout, context=ssl.create_default_context())
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, parts.port, timeout=self.timeout)
        )
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            connection.request(
                method, parts.path.rstrip("/") + path, body=None if body is None else json.dumps(body), headers=headers
            )
            with connection.getresponse() as response:
                return response.status, response.read(LIMIT)
        except (OSError, http.client.HTTPException) as exc:
            raise SignerUnavailable(f"{parts.netloc} does not answer") from exc
        finally:
            connection.close()


def refusal(*, status: int, problem: Mapping[str, Any]) -> SigningFailed:
    """The signer's problem document (RFC 9457) as one of our errors."""
    code = str(problem.get("code", ""))
    detail = str(problem.get("detail", ""))
    if code == "trust.credential_locked":
        return CredentialLocked(locked_until=_moment(str(problem.get("locked_until") or detail)))
    if code == "trust.pin_wrong":
        left = problem.get("tries_left")
        return PinWrong(tries_left=left if isinstance(left, int) else None)
    if status == 404:
        return NoCredential()
    if status < 500:
        return SigningFailed(f"the signer refused: {detail or code or status}")
    return SignerUnavailable(f"the signer answered {status}: {detail or code}")


def _moment(text: str) -> datetime | None:
    """The first point in time that a text names, if any."""
    found = re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
    return datetime.fromisoformat(found.group()) if found else None


def _credential(item: Mapping[str, Any]) -> Credential:
    try:
        return Credential(
            id=str(item["credential_id"]),
            kind=str(item["kind"]),
            certificate=str(item["certificate"]),
            chain=tuple(str(one) for one in item.get("chain", ())),
        )
    except (KeyError, TypeError) as exc:
        raise SignerUnavailable("the signer's answer lacks a field of a credential") from exc


@dataclass(slots=True)
class FakeSigner:
    """For tests: keeps credentials in memory, knows PINs, locks after five wrong ones."""

    certificate: str = "-----BEGIN CERTIFICATE-----\nZmFrZQ==\n-----END CERTIFICATE-----\n"
    kept: dict[tuple[str, str], tuple[Credential, str]] = field(default_factory=dict)
    activations: list[str] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=dict)
    locked_until: datetime | None = None
    failures: int = 0

    def create(self, new: NewCredential) -> Credential:
        """Keep one credential per owner and kind; fails `failures` times first."""
        if self.failures:
            self.failures -= 1
            raise SignerUnavailable
        made = Credential(f"{new.kind}-{new.owner}", new.kind, self.certificate)
        return self.kept.setdefault((new.owner, new.kind), (made, new.pin))[0]

    def credentials(self, owner: str) -> Sequence[Credential]:
        """What was created for the owner."""
        return [credential for (whose, _), (credential, _) in self.kept.items() if whose == owner]

    def sign(self, *, credential_id: str, hashes: Sequence[str], activation: str, pin: str) -> Sequence[str]:
        """A made-up value per hash, if the PIN is right."""
        self.activations.append(activation)
        right = next(kept for credential, kept in self.kept.values() if credential.id == credential_id)
        if self.locked_until is not None:
            raise CredentialLocked(locked_until=self.locked_until)
        if pin != right:
            self.wrong[credential_id] = self.wrong.get(credential_id, 0) + 1
            raise PinWrong(tries_left=5 - self.wrong[credential_id])
        return [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in hashes]


ACTIVATION_LIVES: Final = timedelta(seconds=90)
