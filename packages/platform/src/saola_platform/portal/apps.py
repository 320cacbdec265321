"""The portal as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The portal: where people find, fill in, sign and follow services."""

    name = "saola_platform.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the portal's pages into the menu."""
        from saola_platform.kernel import pages
        from saola_platform.portal.navigation import items

        pages.offer_navigation(items)
