"""Making one generation of the configuration: contents from the files, two signed directories over them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from saola_trust.certificates import certificate_der

from saola_exchange.globalconf.anchor import AnchorSource, build_anchor
from saola_exchange.globalconf.directory import PRIVATE, SHARED
from saola_exchange.globalconf.signing import build_directory
from saola_exchange.globalconf.writing import write_private, write_shared
from saola_exchange.registry.keys import SigningKeys
from saola_exchange.registry.settings import Settings
from saola_exchange.registry.state import private_parameters, read_state

VERSION = 6
INTERNAL, EXTERNAL = f"/V{VERSION}/internalconf", f"/V{VERSION}/externalconf"
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """What is served: content by path. `earlier` are files that a client may still be fetching."""

    expires: datetime
    shared: bytes = field(repr=False)
    private: bytes = field(repr=False)
    folder: str
    pages: Mapping[str, bytes] = field(repr=False)
    earlier: Mapping[str, bytes] = field(repr=False)


def generate(
    settings: Settings, *, keys: SigningKeys, at: datetime, boundary: Callable[[], str], previous: Generation | None
) -> Generation:
    """Read the files and sign. The same contents keep their addresses, so that nobody fetches them again.

    `boundary` gives a fresh random text. Raises RegistryStateInvalid.
    """
    internal, external = keys.internal.certificate, keys.external.certificate
    parameters = read_state(settings, internal=internal, external=external)
    shared, private = write_shared(parameters), write_private(private_parameters(settings, parameters))
    same = previous is not None and (previous.shared, previous.private) == (shared, private)
    folder = previous.folder if previous is not None and same else at.strftime("%Y%m%d%H%M%S%f")
    return sign(
        settings, keys=keys, at=at, boundary=boundary, shared=shared, private=private, folder=folder, previous=previous
    )


def sign(
    settings: Settings,
    *,
    keys: SigningKeys,
    at: datetime,
    boundary: Callable[[], str],
    shared: bytes,
    private: bytes,
    folder: str,
    previous: Generation | None,
) -> Generation:
    """Sign contents anew, with a new date of expiry."""
    shared_at, private_at = f"/V{VERSION}/{folder}/shared-params.xml", f"/V{VERSION}/{folder}/private-params.xml"
    expires = at + timedelta(seconds=settings.expire_seconds)

    def directory(files: list[tuple[str, str, bytes]], *, internal: bool) -> bytes:
        signer = keys.internal if internal else keys.external
        boundaries = (boundary(), boundary())
        return build_directory(
            files=files, instance=settings.instance, expires=expires, signer=signer, boundaries=boundaries
        )

    listed = [(SHARED, shared_at, shared), (PRIVATE, private_at, private)]
    pages = {
        shared_at: shared,
        private_at: private,
        INTERNAL: directory(listed, internal=True),
        EXTERNAL: directory(listed[:1], internal=False),
    }
    earlier = {} if previous is None else {path: page for path, page in previous.pages.items() if path not in pages}
    return Generation(expires, shared, private, folder, pages, earlier)


def anchor(settings: Settings, *, keys: SigningKeys, at: datetime) -> bytes:
    """The anchor file for the own members."""
    source = AnchorSource(f"{settings.public_url}/internalconf", (keys.internal.certificate,))
    return build_anchor(instance=settings.instance, generated_at=at, sources=[source])


def stamp_of(settings: Settings) -> Stamp:
    """What tells that one of the files changed: their names, times and sizes, and of the certificates beside them."""
    files = [settings.members_file, *_below(settings.servers_folder)]
    found = []
    for path in files:
        try:
            status = path.stat()
        except OSError:
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)


def fingerprint(keys: SigningKeys) -> str:
    """The internal key's certificate in short, for people to compare over the telephone."""
    digest = hashlib.sha256(certificate_der(keys.internal.certificate)).hexdigest()
    return ":".join(digest[start : start + 4] for start in range(0, 32, 4))


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("**/*") if path.is_file()) if folder.is_dir() else []
