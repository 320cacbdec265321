"""`saola site init`: database, queue, static files and samples. Each step may be repeated."""

from __future__ import annotations

from django.apps import apps
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.utils.module_loading import import_string

from saola_platform.errors import ConfigurationInvalid

# What an app contributes: a function without arguments in its `preparation` module, safe to repeat.
STEP = "preparation.prepare"


def prepare() -> None:
    """Bring the site into the state in which it can serve."""
    if finders.find("saola/saola.css") is None:
        raise ConfigurationInvalid("the theme's files are not built", remedy="Run: make setup")
    # The queue's tables come with procrastinate's own migrations.
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    for app in apps.get_app_configs():
        if app.name.startswith("saola_platform.") and _has_step(app.name):
            import_string(f"{app.name}.{STEP}")()


def _has_step(app: str) -> bool:
    from importlib.util import find_spec

    return find_spec(f"{app}.preparation") is not None
