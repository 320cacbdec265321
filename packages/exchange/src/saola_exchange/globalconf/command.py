"""`saola conf verify --anchor FILE SOURCE`: is this signed configuration right, and until when."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

from saola_exchange.errors import ExchangeError
from saola_exchange.globalconf.anchor import Anchor, AnchorSource, parse_anchor
from saola_exchange.globalconf.directory import (
    PRIVATE,
    SHARED,
    Directory,
    ListedFile,
    parse_directory,
    verify_directory,
    verify_file,
)
from saola_exchange.globalconf.errors import ConfigurationInvalid, ConfigurationUnreachable
from saola_exchange.globalconf.reading import read_private, read_shared
from saola_exchange.globalconf.updating import http_fetch
from saola_exchange.globalconf.xmlconf import read_time, write_time

VALID, INVALID, UNUSABLE = 0, 1, 2
Load = Callable[[ListedFile], bytes]


def main(arguments: list[str]) -> int:
    """Run the command; 0 right, 1 not right, 2 when there is nothing that could be judged."""
    options = _parser().parse_args(arguments)
    try:
        anchor = _anchor(options.anchor.read_bytes())
        at = datetime.now(UTC) if options.at is None else read_time(options.at)
        data, load = _source(options.source)
    except ExchangeError as exc:
        return _unusable(exc.detail, exc.remedy)
    except OSError as exc:
        return _unusable(f"{exc.filename} cannot be read: {exc.strerror}", "Check the path.")
    try:
        directory = parse_directory(data)
        verify_directory(directory, certificates=anchor.certificates, at=at, instance=anchor.instance)
        print(f"directory: signature right, version {directory.version}, valid until {write_time(directory.expires)}")
        return _files(directory, load)
    except ConfigurationInvalid as exc:
        print(f"INVALID  {exc.detail}\n  code        {exc.code}\n  what to do  {exc.remedy}")
        return INVALID


def _unusable(detail: str, remedy: str) -> int:
    print(f"saola conf: {detail}\n  {remedy}", file=sys.stderr)
    return UNUSABLE


def _files(directory: Directory, load: Load) -> int:
    """Check every file that the directory lists, and tell about each."""
    verdict = VALID
    for listed in directory.files:
        try:
            content = load(listed)
            verify_file(listed, content)
            if listed.identifier in {SHARED, PRIVATE}:
                _ = read_shared(content) if listed.identifier == SHARED else read_private(content)
            print(f"{listed.location}: right")
        except (ConfigurationInvalid, ConfigurationUnreachable) as exc:
            print(f"{listed.location}: INVALID  {exc.detail}\n  code        {exc.code}\n  what to do  {exc.remedy}")
            verdict = INVALID
    print("VALID" if verdict == VALID else "INVALID")
    return verdict


def _anchor(data: bytes) -> Anchor:
    """An anchor file; or shared parameters, whose announced signing keys then count (key changes, federation)."""
    try:
        return parse_anchor(data)
    except ConfigurationInvalid as first:
        try:
            shared = read_shared(data)
        except ConfigurationInvalid:
            raise first from None
    certificates = tuple(one for source in shared.sources for one in (*source.internal, *source.external))
    return Anchor(shared.instance, None, (AnchorSource("", certificates),))


def _source(source: str) -> tuple[bytes, Load]:
    """The directory at a path or address, and how to get the files that it lists."""
    if source.startswith(("http://", "https://")):
        data = http_fetch(source)
        if data is None:
            raise ConfigurationUnreachable(f"there is nothing at {source}")
        return data, lambda listed: _fetched(urljoin(source, listed.location))
    path = Path(source)
    if path.is_dir():
        path = path / "internalconf"
    return path.read_bytes(), lambda listed: _beside(path, listed.location)


def _fetched(url: str) -> bytes:
    content = http_fetch(url)
    if content is None:
        raise ConfigurationInvalid(f"{url} is listed but not there", code="global_conf_part_download_failure")
    return content


def _beside(path: Path, location: str) -> bytes:
    """A listed file on disk: its location is looked for from the directory's own folder upwards."""
    parts = [part for part in location.split("/") if part]
    if any(part in {".", ".."} for part in parts):
        raise ConfigurationInvalid(
            f"{location} is not a plain location", code="global_conf_part_invalid_content_location"
        )
    for home in path.resolve().parents[:3]:
        for relative in (parts, parts[1:]):
            candidate = home.joinpath(*relative)
            if relative and candidate.is_file():
                return candidate.read_bytes()
    raise ConfigurationInvalid(f"{location} is listed but not there", code="global_conf_part_download_failure")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="saola conf", description="Check signed configurations.")
    verify = parser.add_subparsers(dest="command", required=True).add_parser(
        "verify", help="check a signed directory and the files that it lists"
    )
    verify.add_argument("source", help="the directory (internalconf, externalconf): a path or an HTTP address")
    verify.add_argument(
        "--anchor", type=Path, required=True, help="the anchor file, or shared parameters with new keys"
    )
    verify.add_argument("--at", metavar="TIME", help="judge expiry at this moment (ISO 8601) instead of now")
    return parser
