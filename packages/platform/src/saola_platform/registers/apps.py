"""Registers as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """Registers: versioned records of one owner, read and written only over the exchange."""

    name = "saola_platform.registers"
    label = "registers"
    default_auto_field = "django.db.models.BigAutoField"
