"""The gunicorn worker of identity: gunicorn's own, and a client that falls silent gives its thread back."""

from __future__ import annotations

import socket
import struct
from typing import Any, ClassVar

from gunicorn.workers.gthread import ThreadWorker


class BoundedWorker(ThreadWorker):  # type: ignore[misc]
    """A phone that loses its network in the middle of a request would otherwise hold one of few threads for ever."""

    SILENT_SECONDS: ClassVar[float] = 10.0

    def enqueue_req(self, conn: Any) -> None:
        """Bound each wait for the client; in the kernel, because gunicorn makes its sockets blocking again."""
        seconds = int(self.SILENT_SECONDS)
        wait = struct.pack("ll", seconds, int((self.SILENT_SECONDS - seconds) * 1_000_000))
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            conn.sock.setsockopt(socket.SOL_SOCKET, option, wait)
        super().enqueue_req(conn)
