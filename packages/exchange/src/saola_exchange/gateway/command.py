"""`saola gateway`: prepare a gateway's keys and certificates, and run it."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from saola_exchange.errors import ExchangeError
from saola_exchange.gateway.errors import ConfigurationInvalid


def main(arguments: Sequence[str]) -> int:
    """Run one sub-command; 0 done, 2 when the configuration is unusable, 1 when it failed, with a message."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        if options.command == "init":
            _init(options.config, options.ca, options.token_file)
        else:
            _run(options.config)
    except ExchangeError as exc:
        print(f"saola gateway: {exc.detail}\n{exc.remedy}", file=sys.stderr)
        return 2 if isinstance(exc, ConfigurationInvalid) else 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="saola gateway", description="The gateway of one organisation.")
    commands = parser.add_subparsers(dest="command", required=True)
    init = commands.add_parser("init", help="make the keys and get their certificates; may be run again at any time")
    init.add_argument("--config", type=Path, required=True, help="the gateway's configuration (YAML)")
    init.add_argument("--ca", required=True, help="the address of the certification authority")
    init.add_argument("--token-file", type=Path, required=True, help="a file with the authority's operator token")
    run = commands.add_parser("run", help="run the gateway until it gets SIGTERM")
    run.add_argument("--config", type=Path, required=True, help="the gateway's configuration (YAML)")
    return parser


def _init(config: Path, authority: str, token_file: Path) -> None:
    from saola_exchange.messagelog.writer import now_utc

    from .configuration import read_configuration
    from .enrolment import HttpAuthority, enrol

    try:
        token = token_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as exc:
        raise ConfigurationInvalid(f"cannot read the token in {token_file}") from exc
    configuration = read_configuration(config)
    for line in enrol(configuration=configuration, authority=HttpAuthority(authority, token), at=now_utc()):
        print(line)
    print(f"the gateway {configuration.server} is prepared; register the certificate keys/auth.crt with the registry")


def _run(config: Path) -> None:
    from .configuration import read_configuration
    from .running import run

    run(read_configuration(config))
