"""Where everything of one demo lives: addresses, ports, folders and secrets, kept between starts."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from saola_command.demo.declaration import Demo
from saola_command.errors import DataFolderInUse, DataFolderUnusable, PortTaken
from saola_command.postgres.cluster import write_secret

FIRST_PORT, LAST_PORT = 8000, 65535
FIRST_UNPRIVILEGED = 1024
CONSUMER, TRANSPORT, OCSP, ADMINISTRATION = 8080, 5500, 5577, 4000
TRUST, SIGNER, REGISTRY, DATABASE, MAIL = 8090, 8091, 8092, 5432, 8025


@dataclass(frozen=True, slots=True)
class Layout:
    """The addresses and folders of one demo on one data folder.

    `network` is the first three numbers of a loopback network of its own (127.x.y), so that each gateway
    has an address of its own with the protocol's standard ports. `ports` are those that people see.
    """

    data: Path
    network: str
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def centre(self) -> str:
        """The address of the central services and of the database server."""
        return f"{self.network}.2"

    def gateway(self, index: int) -> str:
        """The address of the gateway of the member with that index."""
        return f"{self.network}.{10 + index}"

    def url(self, name: str) -> str:
        """The address people use for a site: always `localhost`, because passkeys need that name."""
        return f"http://localhost:{self.ports[name]}"

    def folder(self, name: str) -> Path:
        """A folder of one process below the data folder, closed to others."""
        path = self.data / name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def secret(self, name: str) -> Path:
        """The file of a secret; made once, then kept."""
        path = self.folder("secrets") / name
        if not path.exists():
            write_secret(path, secrets.token_urlsafe(48))
        return path


def public_names(demo: Demo) -> list[str]:
    """The names of everything that listens where people come: sites, sign-in, mail, status."""
    sites = [site_name(member.site, member.subsystem) for member in demo.members]
    return ["portal", "identity", *[name for name in sites if name != "portal"], "mail", "status"]


def site_name(kind: str, subsystem: str) -> str:
    """The name of a member's site in the layout: register sites are told apart by their subsystem."""
    return kind if kind != "register" else f"register-{subsystem}"


def open_layout(*, demo: Demo, data: Path, free_ports: bool, first_port: int = FIRST_PORT) -> Layout:
    """The layout kept in `data`, or a new one.

    With `free_ports` any free ports are taken, those of the last time while they are free: then nothing has
    to be prepared for other addresses. Without, those from `first_port` on, and a port that is held by
    another program is an error that names it.
    """
    data.mkdir(parents=True, exist_ok=True)
    kept = _kept(data)
    network = kept.network if kept else _network(data)
    names = public_names(demo)
    if free_ports:
        ports = _usable(kept, names) or dict(zip(names, _free_ports(len(names)), strict=True))
    else:
        ports = {name: first_port + offset for offset, name in enumerate(names)}
    layout = Layout(data=data, network=network, ports=ports)
    if max(ports.values()) > LAST_PORT or first_port < 1:
        raise PortTaken(
            f"There are no {len(names)} ports from {first_port} on.", remedy=f"Ports are numbers from 1 to {LAST_PORT}."
        )
    taken = _first_taken(_addresses(layout, demo))
    if taken and free_ports and not kept:
        layout = Layout(data=data, network=_network(data, salt=secrets.token_hex(4)), ports=ports)
        taken = _first_taken(_addresses(layout, demo))
    if taken:
        raise _port_taken(*taken)
    (data / "layout.json").write_text(
        json.dumps({"network": layout.network, "ports": layout.ports, "instance": demo.instance}), encoding="utf-8"
    )
    return layout


def running_layout(data: Path) -> Layout | None:
    """The layout of a demo that runs on `data` now, or None."""
    kept = _kept(data)
    if kept is None:
        return None
    try:
        lock = lock_folder(data)
    except DataFolderInUse:
        return kept
    os.close(lock)
    return None


def lock_folder(data: Path) -> int:
    """Take the data folder for this process; the lock goes with the process, however it ends.

    :raises DataFolderInUse: another supervisor holds it.
    :raises DataFolderUnusable: it cannot be made or written.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as exc:
        raise DataFolderUnusable(f"{data} cannot hold the data of a demo: {exc.strerror}.") from exc
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        os.close(descriptor)
        raise DataFolderInUse(
            f"A demo runs on {data} already.", remedy="End it with Ctrl-C in its window, or name another --data."
        ) from exc
    return descriptor


def _kept(data: Path) -> Layout | None:
    path = data / "layout.json"
    if not path.exists():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Layout(data=data, network=kept["network"], ports=kept["ports"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise DataFolderUnusable(
            f"{path} cannot be read or is damaged.", remedy="Remove that file: it is made anew. Or name another --data."
        ) from exc


def _network(data: Path, *, salt: str = "") -> str:
    """A loopback network for this folder: different folders get different ones, nearly always."""
    digest = hashlib.sha256(f"{data.resolve()}{salt}".encode()).digest()
    return f"127.{16 + digest[0] % 200}.{1 + digest[1] % 250}"


def _addresses(layout: Layout, demo: Demo) -> Iterable[tuple[str, str, int]]:
    yield from ((name, "127.0.0.1", port) for name, port in layout.ports.items())
    central = {"database": DATABASE, "trust": TRUST, "signer": SIGNER, "registry": REGISTRY, "smtp": MAIL}
    yield from ((name, layout.centre, port) for name, port in central.items())
    for index, member in enumerate(demo.members):
        for port in (CONSUMER, TRANSPORT, OCSP, ADMINISTRATION):
            yield f"gateway of {member.code}", layout.gateway(index), port


def _first_taken(addresses: Iterable[tuple[str, str, int]]) -> tuple[str, str, int] | None:
    return next((address for address in addresses if not _is_free(address[1], address[2])), None)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            if exc.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def _usable(kept: Layout | None, names: list[str]) -> dict[str, int] | None:
    """The ports of the last time, if they are those that are needed and free again."""
    if kept is None or set(kept.ports) != set(names):
        return None
    return kept.ports if all(_is_free("127.0.0.1", port) for port in kept.ports.values()) else None


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _port_taken(name: str, host: str, port: int) -> PortTaken:
    if port < FIRST_UNPRIVILEGED and os.geteuid() != 0:
        return PortTaken(
            f"Port {port} on {host}, meant for {name}, is kept for the administrator or held by another program.",
            remedy=f"Start the demo with --port {FIRST_PORT} or another above {FIRST_UNPRIVILEGED}.",
        )
    return PortTaken(
        f"Port {port} on {host}, meant for {name}, is held by another program.",
        remedy="End that program, or start the demo with another --port, or with --free-ports.",
    )
