"""What every page shows around its content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from saola_identity.authentication.session import signed_in_account
from saola_identity.sites.country import CountryFacts


def page(request: HttpRequest) -> dict[str, Any]:
    """The variables of the base template."""
    country: CountryFacts = settings.COUNTRY
    account = signed_in_account(request) if hasattr(request, "session") else None
    found: dict[str, Any] = {
        "site_name": _in_language(country.site_name) or _("Electronic identity"),
        "site_organisation": _in_language(country.name),
        "is_demonstration": settings.IDENTITY.demo,
        "home_url": reverse("authentication:home"),
    }
    if account is not None:
        leave = {"url": reverse("authentication:sign-out"), "label": _("Sign out"), "method": "post"}
        found["user_menu"] = {"name": account.full_name, "links": [leave]}
    return found


def _in_language(versions: Mapping[str, str]) -> str:
    language = get_language() or ""
    return versions.get(language) or versions.get(language.partition("-")[0]) or next(iter(versions.values()), "")
