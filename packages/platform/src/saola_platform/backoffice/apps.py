"""The back office as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """The back office: the desk of officials."""

    name = "saola_platform.backoffice"
    label = "backoffice"
    default_auto_field = "django.db.models.BigAutoField"
