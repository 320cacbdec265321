"""The Django app of the look: templates and built static files."""

from __future__ import annotations

from django.apps import AppConfig


class ThemeConfig(AppConfig):
    """Name it before ``crispy_forms_gds`` in INSTALLED_APPS: some of its templates are replaced here."""

    name = "saola_theme"
    label = "saola_theme"
