"""Cases as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases: dossiers and the work on them."""

    name = "saola_platform.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
