"""Settings for the type checker alone: the apps, and a database that is never opened."""

from __future__ import annotations

from typing import Any

from saola_identity.sites.composition import installed_apps

SECRET_KEY = "for the type checker alone; no process runs with it"  # noqa: S105
INSTALLED_APPS = installed_apps(demo=True)
ROOT_URLCONF = "saola_identity.sites.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
IDENTITY: Any = None
COUNTRY: Any = None
