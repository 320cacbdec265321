"""What the services remember, in PostgreSQL: issued certificates, keys in custody, spent activations.

Every write is one transaction; whoever dies in between leaves the state before or after. A lost or
restarting server becomes ServiceUnavailable, and the next call finds a fresh connection.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from saola_trust.certificates import certificate_der, hash_of, public_key_of
from saola_trust.errors import KeyUnavailable, ServiceUnavailable

SCHEMA = """
CREATE TABLE IF NOT EXISTS certificate (
    hierarchy text NOT NULL,
    serial text NOT NULL,
    profile text NOT NULL,
    key_digest bytea NOT NULL,
    subject text NOT NULL,
    der bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    not_after timestamptz NOT NULL,
    revoked_at timestamptz,
    reason text,
    PRIMARY KEY (hierarchy, serial)
);
CREATE INDEX IF NOT EXISTS certificate_of_key ON certificate (key_digest);
CREATE TABLE IF NOT EXISTS credential (
    id text PRIMARY KEY,
    owner text NOT NULL,
    kind text NOT NULL,
    hierarchy text NOT NULL,
    sealed_key bytea NOT NULL,
    certificate text,
    chain text[],
    failures integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (owner, kind)
);
CREATE TABLE IF NOT EXISTS spent_activation (
    jti text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS sealed_under (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    secret_digest bytea NOT NULL
);
"""
LOCK = 7_306_112_004  # so that two processes that start together do not make the tables twice


class StoreUnavailable(ServiceUnavailable):
    """The database does not answer just now."""

    code = "trust.store_unavailable"
    remedy = "Try again in a moment; if it stays so, check that PostgreSQL runs."


Connection = psycopg.AsyncConnection[DictRow]


def create_tables(url: str) -> None:
    """Make the tables that are missing; raises StoreUnavailable when the database cannot be reached."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            connection.execute(SCHEMA)
    except psycopg.OperationalError as exc:
        raise StoreUnavailable(f"the database cannot be reached: {str(exc).splitlines()[0]}") from exc


def record_certificates(url: str, *, hierarchy: str, profile: str, certificates: Sequence[x509.Certificate]) -> None:
    """Enter certificates that were issued outside the CA service, so that the responder knows them; once each."""
    rows = [
        (hierarchy, f"{one.serial_number:x}", profile, _key_digest(one), one.subject.rfc4514_string(),
         certificate_der(one), one.not_valid_before_utc, one.not_valid_after_utc)
        for one in certificates
    ]  # fmt: skip
    query = (
        "INSERT INTO certificate (hierarchy, serial, profile, key_digest, subject, der, issued_at, not_after)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
    )
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            connection.cursor().executemany(query, rows)
    except psycopg.OperationalError as exc:
        raise StoreUnavailable(f"the database cannot be reached: {str(exc).splitlines()[0]}") from exc


def _key_digest(certificate: x509.Certificate) -> bytes:
    key = public_key_of(certificate).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hash_of(key, hash_name="SHA-256")


def check_secret(url: str, secret: bytes) -> None:
    """Raise KeyUnavailable when the keys in this database are sealed under another secret than this one.

    Without this, a wrong secret file would look like wrong PINs, and lock people out of their keys.
    """
    digest = hmac.digest(secret, b"saola-key-custody", "sha256")
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            connection.execute("INSERT INTO sealed_under (secret_digest) VALUES (%s) ON CONFLICT DO NOTHING", [digest])
            row = connection.execute("SELECT secret_digest FROM sealed_under").fetchone()
    except psycopg.OperationalError as exc:
        raise StoreUnavailable(f"the database cannot be reached: {str(exc).splitlines()[0]}") from exc
    if row is None or not hmac.compare_digest(bytes(row[0]), digest):
        raise KeyUnavailable("the keys in the database are sealed under another secret than the one in secret_file")


class Store:
    """A small pool of connections. `open` does not wait for the server; each use does, up to five seconds."""

    def __init__(self, url: str) -> None:
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=psycopg.AsyncConnection[DictRow],
            kwargs={"row_factory": dict_row, "connect_timeout": 5},
            min_size=1,
            max_size=4,
            timeout=5,
            reconnect_timeout=30,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )

    async def open(self) -> None:
        """Begin connecting."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """End all connections."""
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside a transaction; raises StoreUnavailable when the server is away."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (PoolTimeout, psycopg.OperationalError) as exc:
            raise StoreUnavailable("the database does not answer just now") from exc

    async def one(self, query: str, *values: Any) -> DictRow | None:
        """The first row of a read, or None."""
        async with self.transaction() as connection:
            return await (await connection.execute(query, values)).fetchone()

    async def all(self, query: str, *values: Any) -> list[DictRow]:
        """The rows of a read."""
        async with self.transaction() as connection:
            return await (await connection.execute(query, values)).fetchall()
