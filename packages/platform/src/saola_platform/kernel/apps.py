"""The kernel as a Django app."""

from __future__ import annotations

from django.apps import AppConfig, apps


class KernelConfig(AppConfig):
    """What every site of the platform needs; README.md lists what may be in it."""

    name = "saola_platform.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let admin classes name their model, as the type checker wants it; Django's class cannot at run time."""
        if apps.is_installed("django.contrib.admin"):
            from django.contrib.admin import ModelAdmin

            ModelAdmin.__class_getitem__ = classmethod(lambda cls, _model: cls)  # type: ignore[attr-defined]
