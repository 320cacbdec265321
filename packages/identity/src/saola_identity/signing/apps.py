"""The Django app `signing`."""

from __future__ import annotations

from django.apps import AppConfig


class SigningConfig(AppConfig):
    """Authorisation of signatures."""

    name = "saola_identity.signing"
    label = "signing"
