"""The Django app `authentication`."""

from __future__ import annotations

from django.apps import AppConfig


class AuthenticationConfig(AppConfig):
    """Passkeys and the sign-in pages."""

    name = "saola_identity.authentication"
    label = "authentication"
