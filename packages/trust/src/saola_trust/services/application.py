"""One trust process: the roles of its configuration on one port, put together here."""

from __future__ import annotations

import ctypes
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from aiohttp import web
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from saola_trust.errors import KeyUnavailable
from saola_trust.services.authority import establish, open_hierarchy, open_operator, open_tsa
from saola_trust.services.ca import AuthorityService
from saola_trust.services.custody import Custody
from saola_trust.services.folder import ensure_secret, read_secret
from saola_trust.services.listing import ListService
from saola_trust.services.ocsp import OcspService
from saola_trust.services.problems import problem_middleware
from saola_trust.services.settings import AUTHORITY_ROLES, HIERARCHIES, Settings
from saola_trust.services.signer import Access, SignerService
from saola_trust.services.store import Store, StoreUnavailable, check_secret, create_tables, record_certificates
from saola_trust.services.tsa import TimestampService

LARGEST_BODY = 64 * 1024
M_MMAP_THRESHOLD, LARGE_BLOCK = -3, 256 * 1024
Clock = Callable[[], datetime]


def initialise(settings: Settings, *, at: datetime) -> None:
    """Make what is missing: keys, certificates, tokens, tables. Running it again changes nothing."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    ensure_secret(settings.secret_file)
    ensure_secret(settings.operator_token_file)
    for path in settings.seal_tokens.values():
        ensure_secret(path)
    if "signer" in settings.roles and settings.identity_token_file is not None:
        ensure_secret(settings.identity_token_file)
    if settings.roles & AUTHORITY_ROLES:
        establish(settings, at=at)
    if settings.database is not None:
        create_tables(settings.database)
        if settings.roles & AUTHORITY_ROLES:
            _record_own(settings, settings.database)
        if "signer" in settings.roles:
            check_secret(settings.database, read_secret(settings.secret_file))


def _record_own(settings: Settings, database: str) -> None:
    """The certificates of the services themselves: the responder is asked about the time-stamping unit too."""
    for name in HIERARCHIES:
        responder = open_hierarchy(settings, name).responder.certificate
        record_certificates(database, hierarchy=name, profile="ocsp", certificates=[responder])
    record_certificates(database, hierarchy="government", profile="tsa", certificates=[open_tsa(settings).certificate])


def build_application(settings: Settings, *, clock: Clock = lambda: datetime.now(UTC)) -> web.Application:
    """The application with the routes of its roles; raises KeyUnavailable when `initialise` has not run."""
    application = web.Application(middlewares=[problem_middleware], client_max_size=LARGEST_BODY)
    store = Store(settings.database) if settings.database is not None and settings.needs_database else None
    for routes in _authority_routes(settings, store, clock), _signer_routes(settings, store, clock):
        application.add_routes(routes)
    application.add_routes([web.get("/health", _health(store, settings))])
    if store is not None:
        application.cleanup_ctx.append(_lifetime(store))
    return application


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    _give_memory_back()
    application = build_application(settings)
    web.run_app(
        application, host=settings.host, port=settings.port, print=lambda *_: None, access_log=None, shutdown_timeout=5
    )


def _give_memory_back() -> None:
    """Have glibc return large blocks at once: scrypt takes 16 MiB for each PIN, and they would stay here."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)


def _authority_routes(settings: Settings, store: Store | None, clock: Clock) -> list[web.RouteDef]:
    if not settings.roles & AUTHORITY_ROLES:
        return []
    hierarchies = {name: open_hierarchy(settings, name) for name in HIERARCHIES}
    routes: list[web.RouteDef] = []
    if "ca" in settings.roles and store is not None:
        token = read_secret(settings.operator_token_file)
        routes += AuthorityService(hierarchies=hierarchies, store=store, token=token, clock=clock).routes()
    if "ocsp" in settings.roles and store is not None:
        routes += OcspService(hierarchies=hierarchies, store=store, clock=clock).routes()
    tsa = open_tsa(settings) if settings.roles & {"tsa", "trustlist"} else None
    if "tsa" in settings.roles and tsa is not None:
        routes += TimestampService(authority=tsa, chain=hierarchies["government"].chain, clock=clock).routes()
    if "trustlist" in settings.roles and tsa is not None:
        operator = open_operator(settings)
        routes += ListService(
            settings=settings, operator=operator, hierarchies=hierarchies, tsa=tsa, clock=clock
        ).routes()
    return routes


def _signer_routes(settings: Settings, store: Store | None, clock: Clock) -> list[web.RouteDef]:
    if "signer" not in settings.roles or store is None or settings.ca_url is None:
        return []
    custody = Custody(store=store, secret=read_secret(settings.secret_file))
    return SignerService(custody=custody, access=_access(settings), ca_url=settings.ca_url, clock=clock).routes()


def _access(settings: Settings) -> Access:
    if settings.identity_token_file is None or settings.activation_key_file is None:
        raise KeyUnavailable("the signer needs identity_token_file and activation_key_file")
    try:
        key = ECKey.import_key(json.loads(settings.activation_key_file.read_text(encoding="ascii")))
    except (OSError, ValueError, TypeError, KeyError, JoseError) as exc:
        raise KeyUnavailable(f"{settings.activation_key_file} should hold identity's public key (JWK, P-256)") from exc
    if key.is_private:
        raise KeyUnavailable(f"{settings.activation_key_file} holds a private key: give the signer the public one")
    return Access(
        operator=read_secret(settings.operator_token_file),
        identity=read_secret(settings.identity_token_file),
        seals={code: read_secret(path) for code, path in settings.seal_tokens.items()},
        activation_key=key,
    )


def _lifetime(store: Store) -> Callable[[web.Application], AsyncIterator[None]]:
    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        await store.open()
        yield
        await store.close()

    return lifetime


def _health(store: Store | None, settings: Settings) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def health(_: web.Request) -> web.Response:
        checks: dict[str, str] = dict.fromkeys(sorted(settings.roles), "ok")
        if store is not None:
            checks["database"] = "unreachable"
            with suppress(StoreUnavailable):
                await store.one("SELECT 1")
                checks["database"] = "ok"
        good = all(value == "ok" for value in checks.values())
        return web.json_response({"status": "ok" if good else "failing", "checks": checks}, status=200 if good else 503)

    return health
