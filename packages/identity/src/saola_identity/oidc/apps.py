"""The Django app `oidc`."""

from __future__ import annotations

from django.apps import AppConfig


class OidcConfig(AppConfig):
    """The OpenID Provider."""

    name = "saola_identity.oidc"
    label = "oidc"
