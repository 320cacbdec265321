"""The commands `saola trust` and `saola ca`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from saola_trust.errors import TrustError


def main(arguments: Sequence[str]) -> int:
    """`saola trust init|run --config FILE`."""
    parser = argparse.ArgumentParser(
        prog="saola trust", description="The trust services: CA, OCSP, time stamps, trusted list, signer."
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, help_ in (
        ("init", "make keys, certificates, tokens and tables that are missing"),
        ("run", "serve until stopped"),
    ):
        actions.add_parser(name, help=help_).add_argument("--config", type=Path, required=True, metavar="FILE")
    given = parser.parse_args(list(arguments))
    return reporting(lambda: _trust(given))


def main_ca(arguments: Sequence[str]) -> int:
    """`saola ca issue|revoke|list`: the operator's work at a running CA."""
    from saola_trust.command.authority import run

    return reporting(lambda: run(arguments))


def reporting(action: Callable[[], int]) -> int:
    """Run it; an error becomes two lines, what happened and what to do; exit code 2 for an unusable file, else 1."""
    try:
        return action()
    except TrustError as exc:
        print(f"saola: {exc.detail}\n  {exc.remedy}", file=sys.stderr)
        return 2 if exc.fault == "operator" else 1


def _trust(given: argparse.Namespace) -> int:
    from saola_trust.services.settings import load_settings

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = load_settings(given.config)
    from saola_trust.services.application import initialise, run

    if given.action == "init":
        initialise(settings, at=datetime.now(UTC))
    else:
        run(settings)
    return 0
