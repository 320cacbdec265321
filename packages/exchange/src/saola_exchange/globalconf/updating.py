"""Fetching a configuration: from the anchor's sources, newest version first, only files that changed."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from cryptography import x509

from saola_exchange.globalconf.anchor import Anchor, AnchorSource
from saola_exchange.globalconf.directory import (
    PRIVATE,
    SHARED,
    Directory,
    parse_directory,
    verify_directory,
    verify_file,
)
from saola_exchange.globalconf.errors import ConfigurationInvalid, ConfigurationUnreachable
from saola_exchange.globalconf.reading import read_private, read_shared
from saola_exchange.globalconf.store import MAXIMUM_FILE, PRIVATE_FILE, SHARED_FILE, write_configuration

NEWEST, OLDEST = 6, 2
TIMEOUT_SECONDS = 10.0
Fetch = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Download:
    """A verified configuration and where it came from."""

    url: str
    directory: Directory
    contents: Mapping[str, bytes] = field(repr=False)


def update(*, anchor: Anchor, fetch: Fetch, folder: Path, at: datetime) -> Download:
    """Fetch and verify the configuration and keep it in `folder`; nothing is written unless all of it is right.

    `fetch` gives the content of an address, or None when there is none (404); it raises
    ConfigurationUnreachable. Raises ConfigurationInvalid, ConfigurationOutdated or
    ConfigurationUnreachable: the first failure when no source was good.
    """
    failures: list[ConfigurationInvalid | ConfigurationUnreachable] = []
    kept = _kept(folder, anchor.instance)
    announced = _announced(kept)
    for source in sorted(anchor.sources, key=lambda one: not one.url.startswith("https:")):
        trusted = AnchorSource(source.url, source.certificates + announced)
        try:
            found = download(trusted, instance=anchor.instance, fetch=fetch, at=at, kept=kept)
        except (ConfigurationInvalid, ConfigurationUnreachable) as exc:
            failures.append(exc)
            continue
        write_configuration(folder, directory=found.directory, contents=found.contents)
        return found
    raise failures[0]


def download(
    source: AnchorSource, *, instance: str, fetch: Fetch, at: datetime, kept: Mapping[str, bytes] | None = None
) -> Download:
    """Fetch and verify from one source; `kept` are files at hand, by their kind. Raises as `update`."""
    for url in _versions(source.url):
        data = fetch(url)
        if data is None:
            continue
        directory = parse_directory(data)
        verify_directory(directory, certificates=source.certificates, at=at, instance=instance)
        contents: dict[str, bytes] = {}
        for listed in directory.files:
            if listed.identifier not in {SHARED, PRIVATE}:
                continue
            content = (kept or {}).get(listed.identifier)
            try:
                verify_file(listed, content or b"")
            except ConfigurationInvalid:
                content = fetch(urljoin(url, listed.location))
            if content is None:
                raise ConfigurationInvalid(
                    f"{listed.location} is listed but not there", code="global_conf_part_download_failure"
                )
            verify_file(listed, content)
            contents[listed.location] = content
        _require_readable(directory, contents)
        return Download(url, directory, contents)
    raise ConfigurationUnreachable(f"there is no configuration at {source.url}")


def http_fetch(url: str) -> bytes | None:
    """Fetch over HTTP or HTTPS without following redirects; None for 404. Raises ConfigurationUnreachable.

    The server's TLS certificate is not checked: what is fetched is signed, and only the signature counts.
    """
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT_SECONDS, context=context)
    elif parts.scheme == "http":
        connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
    else:
        raise ConfigurationUnreachable(f"{url} is not an HTTP address")
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        response = connection.getresponse()
        content = response.read(MAXIMUM_FILE + 1)
    except (OSError, http.client.HTTPException) as exc:
        raise ConfigurationUnreachable(f"{url} does not answer: {exc}") from exc
    finally:
        connection.close()
    if response.status == http.HTTPStatus.NOT_FOUND:
        return None
    if response.status != http.HTTPStatus.OK or len(content) > MAXIMUM_FILE:
        raise ConfigurationUnreachable(f"{url} answered {response.status}")
    return content


def _versions(url: str) -> Iterator[str]:
    mark = "&" if "?" in url else "?"
    for version in range(NEWEST, OLDEST - 1, -1):
        yield f"{url}{mark}version={version}"


def _kept(folder: Path, instance: str) -> dict[str, bytes]:
    files = {SHARED: folder / instance / SHARED_FILE, PRIVATE: folder / instance / PRIVATE_FILE}
    return {identifier: path.read_bytes() for identifier, path in files.items() if path.is_file()}


def _announced(kept: Mapping[str, bytes]) -> tuple[x509.Certificate, ...]:
    """The signing keys that the configuration in use announces: so the registry can change its key."""
    if SHARED not in kept:
        return ()
    try:
        return tuple(certificate for source in read_shared(kept[SHARED]).sources for certificate in source.internal)
    except ConfigurationInvalid:  # damaged on disk: the anchor alone counts
        return ()


def _require_readable(directory: Directory, contents: Mapping[str, bytes]) -> None:
    """A signed file that we cannot read must not replace one that we can."""
    for listed in directory.files:
        if listed.location in contents:
            content = contents[listed.location]
            instance = (read_shared(content) if listed.identifier == SHARED else read_private(content)).instance
            if instance != listed.instance:
                raise ConfigurationInvalid(f"{listed.location} is about another instance than it is listed for")
