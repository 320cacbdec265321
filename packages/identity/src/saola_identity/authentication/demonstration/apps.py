"""The Django app `demonstration`."""

from __future__ import annotations

from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    """Installed only where the configuration says `demo: true`."""

    name = "saola_identity.authentication.demonstration"
    label = "demonstration"
