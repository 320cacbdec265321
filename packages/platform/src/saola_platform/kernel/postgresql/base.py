"""The database backend; Django looks for the class in a module of this name."""

from __future__ import annotations

import time
from typing import Any, Final

from django.db.backends.postgresql import base
from psycopg import OperationalError

# A restart takes a few seconds. A person waits that long more gladly than they read an error page.
PATIENCE: Final = 10.0
PAUSE: Final = 0.2


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, except that a new connection is tried for a few seconds."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises the last refusal when the database stays away."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return super().get_new_connection(conn_params)
            except OperationalError:
                if time.monotonic() >= until:
                    raise
                time.sleep(PAUSE)
