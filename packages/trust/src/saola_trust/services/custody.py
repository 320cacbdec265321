"""Keys in custody: made once per (owner, kind), opened only for one signature, locked after wrong PINs."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from saola_trust.certificates import PrivateKey
from saola_trust.errors import KeyUnavailable
from saola_trust.keystore import open_key, seal_key
from saola_trust.services.activation import Activation
from saola_trust.services.problems import ActivationRefused, CredentialLocked, NotFound, PinWrong
from saola_trust.services.store import Connection, Store

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
CertificateSource = Callable[[str], Awaitable[tuple[str, list[str]]]]  # CSR (PEM) → certificate, chain (PEM)


@dataclass(frozen=True, slots=True)
class Stored:
    """A credential as it is kept."""

    id: str
    owner: str
    kind: str
    sealed_key: bytes
    certificate: str
    chain: tuple[str, ...]
    locked_until: datetime | None

    def public(self, *, at: datetime) -> dict[str, Any]:
        """What may be shown of it."""
        locked = self.locked_until is not None and self.locked_until > at
        status = "locked" if locked else "active"
        return {"credential_id": self.id, "owner": self.owner, "kind": self.kind, "certificate": self.certificate,
                "chain": list(self.chain), "status": status}  # fmt: skip


class Custody:
    """The keys of people and organisations in one database, sealed under `secret` and, for people, their PIN."""

    def __init__(self, *, store: Store, secret: bytes) -> None:
        self._store, self._secret = store, secret

    async def create(
        self, *, owner: str, kind: str, hierarchy: str, pin: str, at: datetime, certify: CertificateSource
    ) -> tuple[Stored, bool]:
        """The credential of this owner and kind, and whether it is new.

        First the key is kept, then certified, then the certificate is kept: after a kill in between, the
        next call goes on with the same key, for which the CA gives the certificate that it gave before.
        """
        row = await self._row(owner=owner, kind=kind)
        if row is not None and row["certificate"] is not None:
            return _stored(row), False
        key = await self._kept_key(owner=owner, kind=kind, hierarchy=hierarchy, pin=pin, at=at)
        certificate, chain = await certify(_request(key))
        await self._execute(
            "UPDATE credential SET certificate = %s, chain = %s WHERE owner = %s AND kind = %s AND certificate IS NULL",
            [certificate, chain, owner, kind],
        )
        row = await self._row(owner=owner, kind=kind)
        if row is None:
            raise NotFound("the credential vanished while it was made")
        return _stored(row), True

    async def of(self, *, owner: str) -> list[Stored]:
        """The finished credentials of an owner."""
        query = "SELECT * FROM credential WHERE owner = %s AND certificate IS NOT NULL ORDER BY kind"
        rows = await self._store.all(query, owner)
        return [_stored(row) for row in rows]

    async def get(self, credential_id: str) -> Stored:
        """One finished credential; raises NotFound."""
        row = await self._store.one("SELECT * FROM credential WHERE id = %s AND certificate IS NOT NULL", credential_id)
        if row is None:
            raise NotFound("there is no such credential")
        return _stored(row)

    async def sign(
        self, credential: Stored, *, digests: Sequence[bytes], pin: str, activation: Activation, at: datetime
    ) -> list[bytes]:
        """Sign with a person's key; raises ActivationRefused, CredentialLocked or PinWrong.

        The activation is spent and a wrong PIN is counted before the answer leaves, whatever happens to it.
        """
        async with self._store.transaction() as connection:
            await _spend(connection, activation, at)
        async with self._store.transaction() as connection:
            opened = await self._open(connection, credential, pin, at)
        if isinstance(opened, int):
            raise PinWrong("the PIN is wrong", tries_left=opened)
        return [_sign(opened, digest) for digest in digests]

    async def seal(self, credential: Stored, *, digests: Sequence[bytes]) -> list[bytes]:
        """Sign with an organisation's key."""
        key = await asyncio.to_thread(open_key, credential.sealed_key, secret=self._secret)
        return [_sign(key, digest) for digest in digests]

    async def _open(self, connection: Connection, credential: Stored, pin: str, at: datetime) -> PrivateKey | int:
        """The key; or, for a wrong PIN, how many more may be tried (not an error, as the count must be kept)."""
        query = "SELECT failures, locked_until FROM credential WHERE id = %s FOR UPDATE"
        row = await (await connection.execute(query, [credential.id])).fetchone()
        if row is None:
            raise NotFound("there is no such credential")
        until = row["locked_until"]
        if until is not None and until > at:
            text = until.astimezone(UTC).isoformat(timespec="seconds")
            raise CredentialLocked(f"too many wrong PINs: locked until {text}", until=until.astimezone(UTC))
        try:
            key = await asyncio.to_thread(open_key, credential.sealed_key, secret=self._secret, pin=pin)
        except KeyUnavailable:
            await _count_failure(connection, credential.id, row["failures"] + 1, at)
            return MOST_FAILURES - int(row["failures"]) - 1
        await connection.execute(
            "UPDATE credential SET failures = 0, locked_until = NULL WHERE id = %s", [credential.id]
        )
        return key

    async def _kept_key(self, *, owner: str, kind: str, hierarchy: str, pin: str, at: datetime) -> PrivateKey:
        """The key of an unfinished credential; a new one when its PIN is another than now."""
        row = await self._row(owner=owner, kind=kind)
        if row is not None:
            try:
                return await asyncio.to_thread(open_key, bytes(row["sealed_key"]), secret=self._secret, pin=pin)
            except KeyUnavailable:
                pass  # never certified, so never used: it is replaced below
        key = ec.generate_private_key(ec.SECP256R1())
        sealed = await asyncio.to_thread(seal_key, key, secret=self._secret, pin=pin, randomness=secrets.token_bytes)
        await self._execute(
            "INSERT INTO credential (id, owner, kind, hierarchy, sealed_key, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (owner, kind) DO UPDATE SET sealed_key = excluded.sealed_key, hierarchy = excluded.hierarchy"
            " WHERE credential.certificate IS NULL",
            [secrets.token_hex(16), owner, kind, hierarchy, sealed, at],
        )
        return key

    async def _row(self, *, owner: str, kind: str) -> dict[str, Any] | None:
        return await self._store.one("SELECT * FROM credential WHERE owner = %s AND kind = %s", owner, kind)

    async def _execute(self, query: str, values: Sequence[Any]) -> None:
        async with self._store.transaction() as connection:
            await connection.execute(query, values)


async def _spend(connection: Connection, activation: Activation, at: datetime) -> None:
    await connection.execute("DELETE FROM spent_activation WHERE expires_at < %s", [at - timedelta(hours=1)])
    spent = await connection.execute(
        "INSERT INTO spent_activation (jti, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        [activation.jti, activation.expires_at],
    )
    if spent.rowcount != 1:
        raise ActivationRefused("the activation was used before")


async def _count_failure(connection: Connection, credential_id: str, failures: int, at: datetime) -> None:
    locked = failures >= MOST_FAILURES
    await connection.execute(
        "UPDATE credential SET failures = %s, locked_until = %s WHERE id = %s",
        [0 if locked else failures, at + LOCKED_FOR if locked else None, credential_id],
    )


def _stored(row: Mapping[str, Any]) -> Stored:
    return Stored(row["id"], row["owner"], row["kind"], bytes(row["sealed_key"]), row["certificate"],
                  tuple(row["chain"] or ()), row["locked_until"])  # fmt: skip


def _request(key: PrivateKey) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
    return x509.CertificateSigningRequestBuilder(subject).sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def _sign(key: PrivateKey, digest: bytes) -> bytes:
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyUnavailable("keys in custody are EC keys")
    return key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256()), deterministic_signing=True))
