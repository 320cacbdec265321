"""The Django app `accounts`."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts and their events; the only app that foreign keys of others may point into."""

    name = "saola_identity.accounts"
    label = "accounts"
