"""The back office as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """The back office: the desk of officials."""

    name = "saola_platform.backoffice"
    label = "backoffice"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the desk's entry in the menu."""
        from saola_platform.backoffice.navigation import items
        from saola_platform.kernel.pages import offer_navigation

        offer_navigation(items)
