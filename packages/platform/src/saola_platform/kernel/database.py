"""From a PostgreSQL address to Django's settings; libpq's own parser reads the address."""

from __future__ import annotations

from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from saola_platform.errors import ConfigurationInvalid

_OWN = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}


def django_database(*, address: str) -> dict[str, Any]:
    """The entry for DATABASES of "postgresql://user:password@host:port/name" (a socket folder as ?host=)."""
    try:
        parts = conninfo_to_dict(address)
    except ProgrammingError as exc:
        raise ConfigurationInvalid("database: not a PostgreSQL address") from exc
    if not parts.get("dbname"):
        raise ConfigurationInvalid("database: the address names no database")
    entry: dict[str, Any] = {name: str(parts[key]) for key, name in _OWN.items() if parts.get(key)}
    entry["ENGINE"] = "saola_platform.kernel.postgresql"
    # Connections stay open between requests and are tried before use, so a restart of the
    # database costs nobody an error page.
    entry["CONN_MAX_AGE"] = 300
    entry["CONN_HEALTH_CHECKS"] = True
    entry["OPTIONS"] = {key: value for key, value in parts.items() if key not in _OWN and value is not None}
    entry["OPTIONS"].setdefault("connect_timeout", 5)
    return entry
