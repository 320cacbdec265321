"""`saola site init|run|worker|manage --config FILE`: everything an operator does with a site.

init    prepares the database, the queue and the files; may be repeated at any time
run     serves the pages and services with gunicorn (replaces this process)
worker  does the background work; a job whose worker was killed is taken up again
manage  hands the remaining words to Django, for an operator who knows what they do
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path

from saola_platform.errors import ConfigurationInvalid, PlatformError
from saola_platform.kernel import configuration


def main(arguments: list[str]) -> int:
    """Run one sub-command; the exit code is 2 when the configuration is refused, 1 for another failure."""
    parser = argparse.ArgumentParser(prog="saola site", description="Run a site of the platform.")
    parser.add_argument("action", choices=("init", "run", "worker", "manage"))
    parser.add_argument("--config", required=True, type=Path, help="the site's YAML configuration")
    chosen, words = parser.parse_known_args(arguments)
    if words and chosen.action != "manage":
        parser.error(f"{chosen.action} takes no {' '.join(words)}")
    try:
        return _dispatch(action=chosen.action, config=chosen.config.resolve(), words=words)
    except PlatformError as error:
        print(f"saola site: {error.detail}\n  {error.advice}", file=sys.stderr)
        return 2 if isinstance(error, ConfigurationInvalid) else 1


def _dispatch(*, action: str, config: Path, words: list[str]) -> int:
    site = configuration.load(config)
    os.environ["SAOLA_CONFIG"] = str(config)
    os.environ["DJANGO_SETTINGS_MODULE"] = "saola_platform.sites.settings"
    prepare_files(site)
    if action == "run":
        return serve(site)
    import django

    django.setup()
    if action == "init":
        from saola_platform.sites.preparation import prepare

        prepare()
        return 0
    if action == "worker":
        from saola_platform.sites.working import work

        work()
        return 0
    from django.core.management import execute_from_command_line

    execute_from_command_line(["saola site manage", *words])
    return 0


def prepare_files(site: configuration.SiteConfiguration) -> None:
    """The folders of the site and its secret key, made once and readable by the site's user only."""
    for folder in (site.data, site.data / "uploads", site.data / "files"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if site.secret_key_file.exists():
        return
    site.secret_key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(site.secret_key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))


def serve(site: configuration.SiteConfiguration) -> int:
    """Become gunicorn: one process with four threads; it is quick enough and small."""
    program = Path(sys.executable).with_name("gunicorn")
    words = [
        str(program),
        "--bind", site.listen,
        "--worker-class", "saola_platform.sites.serving.BoundedWorker",
        "--workers", "1",
        "--threads", "4",
        "--timeout", "120",
        "--graceful-timeout", "20",
        "--keep-alive", "5",
        "--no-control-socket",
        "--worker-tmp-dir", str(site.data),
        "--name", f"saola-{site.site}",
        "saola_platform.sites.wsgi:application",
    ]  # fmt: skip
    # Each thread would otherwise get memory pools of its own and give nothing back.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    sys.stdout.flush()
    os.execv(program, words)  # noqa: S606 - a fixed program of this installation, without a shell
