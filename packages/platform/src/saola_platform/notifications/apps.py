"""Notifications as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Notifications: notices in the site and by e-mail."""

    name = "saola_platform.notifications"
    label = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
