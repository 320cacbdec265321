"""A database that is away for a moment costs a moment, not an error page."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from saola_platform.kernel.database import django_database

pytestmark = pytest.mark.django_db


def forward(source: socket.socket, target: socket.socket) -> None:
    """Bytes from one to the other until either ends."""
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
    except OSError:
        return


def listen_later(*, listener: socket.socket, to: tuple[str, int], seconds: float) -> None:
    """Take one connection, but only after a while."""
    time.sleep(seconds)
    listener.listen()
    client, _ = listener.accept()
    with client, socket.create_connection(to) as server:
        threading.Thread(target=forward, args=(server, client), daemon=True).start()
        forward(client, server)


def connect(entry: dict[str, object]) -> int:
    """What a new connection answers to a simple question."""
    connection = ConnectionHandler({"default": entry})["default"]
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 42")
        return int(cursor.fetchone()[0])


def test_a_new_connection_waits_for_a_database_that_is_being_restarted(postgres_url: str) -> None:
    entry = django_database(address=postgres_url)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        to = (str(entry["HOST"]), int(entry["PORT"]))
        waiting = threading.Thread(
            target=listen_later, kwargs={"listener": listener, "to": to, "seconds": 1.0}, daemon=True
        )
        waiting.start()
        began = time.monotonic()
        assert connect({**entry, "HOST": "127.0.0.1", "PORT": str(listener.getsockname()[1])}) == 42
        assert time.monotonic() - began > 0.9
        waiting.join(10)


def test_a_database_that_stays_away_is_given_up(postgres_url: str) -> None:
    entry = django_database(address=postgres_url)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = {**entry, "HOST": "127.0.0.1", "PORT": str(nobody.getsockname()[1])}
        with pytest.raises(OperationalError):
            connect(away)
