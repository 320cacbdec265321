"""A database and a role for each owner, so that none can read another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

EXTENSIONS = ("unaccent", "pg_trgm")


@dataclass(frozen=True, slots=True)
class Database:
    """A database, and the one role that may connect to it and owns it. `name` serves for both."""

    name: str
    password: str


def ensure_databases(*, operator_url: str, databases: Sequence[Database]) -> None:
    """Make what is missing, set the passwords, shut everyone else out. May be repeated at will."""
    with psycopg.connect(operator_url, autocommit=True) as connection:
        connection.execute("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        for database in databases:
            _ensure_role(connection, database)
            _ensure_database(connection, database)
    for database in databases:
        _ensure_extensions(operator_url, database)


def _ensure_role(connection: psycopg.Connection, database: Database) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [database.name]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    role, password = sql.Identifier(database.name), sql.Literal(database.password)
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(verb, role, password)
    )


def _ensure_database(connection: psycopg.Connection, database: Database) -> None:
    name = sql.Identifier(database.name)
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database.name]).fetchone()
    if not known:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
    connection.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(name))


def _ensure_extensions(operator_url: str, database: Database) -> None:
    url = psycopg.conninfo.make_conninfo(operator_url, dbname=database.name)
    with psycopg.connect(url, autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
