"""The certificate authority over HTTP: issue and revoke, for whoever holds the operator's token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from saola_trust.certificates import (
    Profile,
    PublicKey,
    certificate_der,
    certificate_pem,
    check_key,
    hash_of,
    issue,
    load_certificate,
    load_request,
)
from saola_trust.errors import MalformedCertificate, RequestRefused
from saola_trust.services.authority import BACKDATED, Hierarchy, new_serial
from saola_trust.services.problems import NotFound, days_field, json_object, require_token, text_field
from saola_trust.services.store import Store
from saola_trust.services.subjects import checked_subject, subject_name

LONGEST_DAYS = 5 * 365
REASONS = {"unspecified", "key_compromise", "affiliation_changed", "superseded", "cessation_of_operation",
           "privilege_withdrawn"}  # fmt: skip


class AuthorityService:
    """Issues from the hierarchies it is given; `token` is the operator's."""

    def __init__(
        self,
        *,
        hierarchies: Mapping[str, Hierarchy],
        store: Store,
        token: bytes,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._hierarchies, self._store, self._token = hierarchies, store, token
        self._clock = clock or (lambda: datetime.now(UTC))

    def routes(self) -> list[web.RouteDef]:
        """Where it answers."""
        return [
            web.post("/ca/{hierarchy}/certificates", self.issue),
            web.get("/ca/{hierarchy}/certificates", self.listing),
            web.post("/ca/{hierarchy}/certificates/{serial}/revoke", self.revoke),
            web.get("/ca/{name}.crt", self.certificate),
        ]

    async def certificate(self, request: web.Request) -> web.Response:
        """The certificate of an issuing authority (``public.crt``) or root (``public-root.crt``), in PEM."""
        name = request.match_info["name"]
        hierarchy = self._hierarchy(name.removesuffix("-root"))
        certificate = hierarchy.root if name.endswith("-root") else hierarchy.issuer.certificate
        return web.Response(text=certificate_pem(certificate), content_type="application/x-pem-file")

    async def issue(self, request: web.Request) -> web.Response:
        """Issue; the same key with the same subject and profile gets the certificate that it already has."""
        require_token(request, [self._token])
        hierarchy = self._hierarchy(request.match_info["hierarchy"])
        body = await json_object(request)
        profile, subject = checked_subject(text_field(body, "profile"), body.get("subject"))
        key, names = _asked_key(text_field(body, "csr"), profile)
        days = days_field(body, "valid_days", most=LONGEST_DAYS, default=730)
        certificate, new = await self._issue_once(hierarchy, profile, subject, key, names, days)
        answer = {
            "serial": f"{certificate.serial_number:x}",
            "certificate": certificate_pem(certificate),
            "chain": [certificate_pem(one) for one in hierarchy.chain],
        }
        return web.json_response(answer, status=201 if new else 200)

    async def listing(self, request: web.Request) -> web.Response:
        """What was issued, newest first."""
        require_token(request, [self._token])
        hierarchy = self._hierarchy(request.match_info["hierarchy"])
        rows = await self._store.all(
            "SELECT serial, profile, subject, issued_at, not_after, revoked_at, reason FROM certificate"
            " WHERE hierarchy = %s ORDER BY issued_at DESC, serial LIMIT 1000",
            hierarchy.name,
        )
        items = [{name: v.isoformat() if isinstance(v, datetime) else v for name, v in row.items()} for row in rows]
        return web.json_response({"items": items})

    async def revoke(self, request: web.Request) -> web.Response:
        """Revoke from now on; the first revocation stays as it was."""
        require_token(request, [self._token])
        hierarchy = self._hierarchy(request.match_info["hierarchy"])
        body = await json_object(request)
        reason = body.get("reason", "unspecified")
        if reason not in REASONS:
            raise RequestRefused(f"reason should be one of {', '.join(sorted(REASONS))}")
        row = await self._store.one(
            "UPDATE certificate SET revoked_at = coalesce(revoked_at, %s), reason = coalesce(reason, %s)"
            " WHERE hierarchy = %s AND serial = %s RETURNING serial, revoked_at, reason",
            self._clock().replace(microsecond=0), reason, hierarchy.name, request.match_info["serial"].lower(),
        )  # fmt: skip
        if row is None:
            raise NotFound("no certificate with this serial number was issued here")
        return web.json_response({**row, "revoked_at": row["revoked_at"].isoformat()})

    async def _issue_once(
        self,
        hierarchy: Hierarchy,
        profile: Profile,
        subject: Mapping[str, str],
        key: PublicKey,
        names: tuple[x509.GeneralName, ...],
        days: int,
    ) -> tuple[x509.Certificate, bool]:
        now, name = self._clock(), subject_name(subject)
        digest = hash_of(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), hash_name="SHA-256")
        async with self._store.transaction() as connection:
            # One at a time per key, so that a retried request finds what the first one made.
            await connection.execute(
                "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)]
            )
            found = await (await connection.execute(
                "SELECT der FROM certificate WHERE key_digest = %s AND hierarchy = %s AND profile = %s AND subject = %s"
                " AND revoked_at IS NULL AND not_after > %s ORDER BY issued_at DESC LIMIT 1",
                [digest, hierarchy.name, profile, name.rfc4514_string(), now + timedelta(days=1)],
            )).fetchone()  # fmt: skip
            if found is not None:
                return load_certificate(bytes(found["der"])), False
            certificate = issue(
                issuer=hierarchy.issuer, profile=profile, key=key, subject=name, serial=new_serial(),
                not_before=now - BACKDATED, not_after=now + timedelta(days=days), names=names,
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO certificate (hierarchy, serial, profile, key_digest, subject, der, issued_at, not_after)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [hierarchy.name, f"{certificate.serial_number:x}", profile, digest, name.rfc4514_string(),
                 certificate_der(certificate), now, certificate.not_valid_after_utc],
            )  # fmt: skip
            return certificate, True

    def _hierarchy(self, name: str) -> Hierarchy:
        if name not in self._hierarchies:
            raise NotFound(f"there is no hierarchy {name!r}; there are {', '.join(self._hierarchies)}")
        return self._hierarchies[name]


def _asked_key(csr: str, profile: Profile) -> tuple[PublicKey, tuple[x509.GeneralName, ...]]:
    try:
        request = load_request(csr.encode())
    except MalformedCertificate as exc:
        raise RequestRefused(f"csr: {exc.detail}") from exc
    key = request.public_key()
    check_key(key)  # type: ignore[arg-type] # load_request lets only RSA and EC keys through
    try:
        wanted = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return key, ()  # type: ignore[return-value]
    except ValueError as exc:
        raise RequestRefused("csr: its extensions cannot be read") from exc
    allowed = tuple(name for name in wanted if isinstance(name, x509.DNSName | x509.IPAddress))
    return key, allowed if profile in {"tls", "authentication"} else ()  # type: ignore[return-value]
