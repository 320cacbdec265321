# ruff: noqa: INP001 - found by its path, part of no package
"""Settings for the type checker only: it has to know every app's models, and needs no configuration."""

from __future__ import annotations

from saola_platform.sites import composition

SECRET_KEY = "for the type checker"  # noqa: S105 - no secret
INSTALLED_APPS = list(
    dict.fromkeys(
        app
        for app in (
            *composition.apps(site="portal", operator_pages=False),
            *composition.apps(site="onestop", operator_pages=False),
            *composition.apps(site="register", operator_pages=False),
        )
    )
)
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
