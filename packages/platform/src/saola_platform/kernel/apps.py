"""The kernel as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """What every site of the platform needs; README.md lists what may be in it."""

    name = "saola_platform.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
