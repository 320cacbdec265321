"""`saola identity keys|init|run`: make the keys, prepare the site once, and serve it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from saola_identity.errors import ConfigurationInvalid, IdentityError

THREADS = "4"
ACTIONS = {
    "keys": "make the keys alone, before the signer starts, which reads the public one; can be repeated",
    "init": "make keys, tables and accounts; can be repeated",
    "run": "serve the site",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the three; the reason when it cannot be done: exit code 2 for a configuration or file, else 1."""
    parser = argparse.ArgumentParser(prog="saola identity", description="Sign-in and signatures of people.")
    actions = parser.add_subparsers(dest="action", required=True)
    for name, words in ACTIONS.items():
        actions.add_parser(name, help=words).add_argument("--config", type=Path, required=True, metavar="FILE")
    chosen = parser.parse_args(arguments)
    os.environ["SAOLA_CONFIG"] = str(chosen.config.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "saola_identity.sites.settings"
    try:
        run = {"keys": keys, "init": prepare, "run": serve}[chosen.action]
        return run(chosen.config)
    except IdentityError as exc:
        print(f"saola identity: {exc.detail}\n{exc.remedy}", file=sys.stderr)
        return 2 if isinstance(exc, ConfigurationInvalid) else 1


def keys(config: Path) -> int:
    """Make the keys that are not there yet."""
    from saola_identity.configuration import load
    from saola_identity.oidc.keys import make_keys

    configuration = load(config)
    make_keys(data=configuration.data, activation_key_file=configuration.activation_key_file)
    return 0


def prepare(config: Path) -> int:
    """Make whatever is missing; what is there stays."""
    keys(config)
    import django
    from django.conf import settings

    django.setup()
    configuration = settings.IDENTITY
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("clearsessions")
    if configuration.people_file is not None:
        _people(configuration.people_file)
    return 0


def serve(config: Path) -> int:
    """Become gunicorn: one process with few threads, because a ministry's sign-in is small and its memory is not."""
    from saola_identity.configuration import load

    listen = load(config).listen
    command = [
        sys.executable, "-m", "gunicorn", "--bind", listen, "--workers", "1",
        "--worker-class", "saola_identity.sites.serving.BoundedWorker", "--threads", THREADS,
        "--no-control-socket", "--access-logfile", os.devnull, "--graceful-timeout", "5",
        "--worker-tmp-dir", _memory_folder(), "saola_identity.sites.wsgi:application",
    ]  # fmt: skip
    os.execv(sys.executable, command)  # noqa: S606 - it replaces this process, so that signals reach it


def _memory_folder() -> str:
    # A worker that waits for a slow disk to touch its heartbeat file is killed for nothing.
    return "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"  # noqa: S108


def _people(path: Path) -> None:
    from django.conf import settings

    from saola_identity import clock
    from saola_identity.signing.service import signer
    from saola_identity.sites.people import load_people, make_credentials, read_people

    people = read_people(path)
    load_people(people=people, country=settings.COUNTRY, at=clock.now())
    make_credentials(people=people, country=settings.COUNTRY, signer=signer(), wait=time.sleep)
