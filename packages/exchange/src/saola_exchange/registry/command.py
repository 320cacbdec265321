"""`saola registry init|run|anchor`: the operator's side of the registry."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from aiohttp import web

from saola_exchange.errors import ExchangeError
from saola_exchange.registry.keys import load_keys, make_keys
from saola_exchange.registry.publishing import anchor, fingerprint
from saola_exchange.registry.serving import Publisher, application, now
from saola_exchange.registry.settings import Settings, read_settings


def main(arguments: list[str]) -> int:
    """Run one sub-command; 0 done, 2 when the configuration or the files are not right."""
    parser = argparse.ArgumentParser(prog="saola registry", description="Sign and serve the shared configuration.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("init", "make the signing keys, once"),
        ("run", "serve the configuration"),
        ("anchor", "write the anchor file that members need"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--config", type=Path, required=True, help="the registry's configuration file")
        if name == "anchor":
            command.add_argument("--out", type=Path, required=True, help="where to write the anchor")
    options = parser.parse_args(arguments)
    try:
        settings = read_settings(options.config)
        if options.command == "init":
            return _init(settings)
        return _run(settings) if options.command == "run" else _anchor(settings, options.out)
    except ExchangeError as exc:
        print(f"saola registry: {exc.detail}\n  {exc.remedy}", file=sys.stderr)
        return 2


def _init(settings: Settings) -> int:
    made = make_keys(settings.data)
    print("signing keys made" if made else "signing keys were there already", fingerprint(load_keys(settings.data)))
    return 0


def _anchor(settings: Settings, out: Path) -> int:
    keys = load_keys(settings.data)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(anchor(settings, keys=keys, at=now()))
    print(f"anchor of {settings.instance} written to {out}; fingerprint of its key {fingerprint(keys)}")
    return 0


def _run(settings: Settings) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    publisher = Publisher(settings, keys=load_keys(settings.data))
    web.run_app(
        application(publisher), host=settings.host, port=settings.port, print=None, access_log=None, handle_signals=True
    )
    return 0
