"""Serving people whose network fails them."""

from __future__ import annotations

import socket
import time

import pytest
from saola_identity.sites.serving import BoundedWorker


class Hasty(BoundedWorker):
    """Waits shortly, and serves nothing: what it was given stands in `given`."""

    SILENT_SECONDS = 0.3

    def __init__(self) -> None:
        self.given = []
        self.tpool = self

    def submit(self, handle, conn):
        self.given.append(conn)
        return self

    def add_done_callback(self, callback):
        """Nothing is ever done."""


class Connection:
    """As gunicorn keeps one."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock


def test_a_client_that_falls_silent_in_a_request_is_not_waited_for_without_end():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker = Hasty()
        worker.enqueue_req(Connection(ours))
        ours.setblocking(True)
        began = time.monotonic()
        with pytest.raises(BlockingIOError):
            ours.recv(1)
        assert 0.2 < time.monotonic() - began < 5
        assert [one.sock for one in worker.given] == [ours]
