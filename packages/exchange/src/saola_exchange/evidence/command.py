"""`saola evidence verify FILE --conf DIR`: judges a container, or an archive of them, without a network."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from saola_exchange.errors import ExchangeError
from saola_exchange.evidence.archive import bundled_containers, is_archive, is_bundle, linked_containers, read_links
from saola_exchange.evidence.errors import ContainerInvalid, NotAContainer
from saola_exchange.evidence.report import Report, as_json
from saola_exchange.evidence.verifying import ACCEPTABLE_DELAY, verify_container
from saola_exchange.evidence.words import in_words
from saola_exchange.globalconf.errors import ConfigurationInvalid
from saola_exchange.globalconf.view import ConfigurationView

VALID, INVALID, UNUSABLE = 0, 1, 2
LONGEST_DELAY = 10 * 365 * 24 * 3600
CONFIGURATION_REMEDY = "Give what a gateway gives at /verificationconf: the ZIP file as it came, or the folder in it."


def main(arguments: list[str]) -> int:
    """Run the command; 0 valid, 1 invalid, 2 when the input cannot be judged at all."""
    options = _parser().parse_args(arguments)
    try:
        view = _configuration(options.conf)
        data = options.file.read_bytes()
        delay = timedelta(seconds=options.acceptable_delay)
        reports = list(_reports(options.file.name, data, view, delay))
    except (NotAContainer, ExchangeError) as exc:
        return _unusable(exc.detail, exc.code, exc.remedy, as_json_text=options.json)
    except OSError as exc:
        return _unusable(
            f"{exc.filename} cannot be read: {exc.strerror}", "unreadable", "Check the path.", as_json_text=options.json
        )
    for name, report in reports:
        text = json.dumps({"file": name, **as_json(report)}, ensure_ascii=False) + "\n"
        sys.stdout.write(text if options.json else in_words(report, name=name))
    return VALID if all(report.valid for _, report in reports) else INVALID


def _configuration(source: Path) -> ConfigurationView:
    try:
        return ConfigurationView.load(source)
    except ConfigurationInvalid as exc:
        raise ConfigurationInvalid(exc.detail, code=exc.code, remedy=CONFIGURATION_REMEDY) from exc


def _reports(name: str, data: bytes, view: ConfigurationView, delay: timedelta) -> Iterator[tuple[str, Report]]:
    linked = is_archive(data)
    if not linked and not is_bundle(data):
        yield name, verify_container(data, view=view, acceptable_delay=delay)
        return
    try:
        for inner, container in linked_containers(data, read_links(data)) if linked else bundled_containers(data):
            yield f"{name}/{inner}", verify_container(container, view=view, acceptable_delay=delay)
    except (ContainerInvalid, NotAContainer) as exc:
        yield name, Report("invalid", code=exc.code, detail=exc.detail, remedy=exc.remedy)


def _unusable(detail: str, code: str, remedy: str, *, as_json_text: bool) -> int:
    if as_json_text:
        print(json.dumps({"verdict": "unusable", "code": code, "detail": detail, "remedy": remedy}))
    else:
        print(f"saola evidence: {detail}\n  {remedy}", file=sys.stderr)
    return UNUSABLE


def _delay(text: str) -> int:
    seconds = int(text)
    if not 0 <= seconds <= LONGEST_DELAY:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {LONGEST_DELAY} seconds")
    return seconds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="saola evidence", description="Judge the evidence of messages, offline.")
    verify = parser.add_subparsers(dest="command", required=True).add_parser(
        "verify", help="judge a container (.asice), several in a ZIP file, or an archive of the message log"
    )
    verify.add_argument("file", type=Path, help="the container or archive")
    verify.add_argument(
        "--conf", type=Path, required=True, help="the configuration of that day: a folder, or a ZIP file of one"
    )
    verify.add_argument("--json", action="store_true", help="one JSON object a line instead of text")
    verify.add_argument(
        "--acceptable-delay",
        type=_delay,
        default=int(ACCEPTABLE_DELAY.total_seconds()),
        metavar="SECONDS",
        help="how late after signing a time stamp may be, beyond the configuration's own freshness (%(default)s)",
    )
    return parser
