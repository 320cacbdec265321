"""What every page knows: the site, its navigation, who is signed in. For the theme's templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext

from saola_platform.kernel.configuration import site
from saola_platform.kernel.country import country
from saola_platform.kernel.signin.person import SignedInPerson

Items = Callable[[HttpRequest], list[dict[str, Any]]]
_navigation: list[Items] = []
_personal_links: list[Items] = []


def offer_navigation(items: Items) -> None:
    """An app's part of the main menu: `items(request)` gives [{url, label, current, count}]. Called in ready()."""
    if items not in _navigation:
        _navigation.append(items)


def offer_personal_links(items: Items) -> None:
    """An app's part of the menu of the signed-in person: `items(request)` gives [{url, label}]. Called in ready()."""
    if items not in _personal_links:
        _personal_links.append(items)


@contextmanager
def using_navigation(*items: Items) -> Iterator[None]:
    """For tests, where every app is installed at once: within the block the menu has only these parts."""
    before = list(_navigation)
    _navigation[:] = items
    try:
        yield
    finally:
        _navigation[:] = before


def page(request: HttpRequest) -> dict[str, Any]:
    """The context processor; every value is cheap, because it runs for every page."""
    configuration = site()
    declared = country()
    language = get_language() or declared.default_language
    organisation = declared.organisations.get(configuration.organisation)
    person: SignedInPerson | None = getattr(request, "person", None)
    return {
        "site_name": declared.site_names[configuration.site].in_(language),
        "site_organisation": organisation.name.in_(language) if organisation else configuration.organisation,
        "site_kind": configuration.site,
        "country_name": declared.name.in_(language),
        "language": language,
        "is_demonstration": configuration.demo,
        "demo_status_url": configuration.demo_status_url if configuration.demo else None,
        "person": person,
        "nav_items": [item for items in _navigation for item in items(request)],
        "user_menu": _user_menu(request, person=person) if configuration.identity else None,
        "can_sign_in": configuration.identity is not None and person is None,
    }


def _user_menu(request: HttpRequest, *, person: SignedInPerson | None) -> dict[str, Any]:
    if person is None:
        return {"name": "", "links": [{"url": reverse("signin:sign-in"), "label": gettext("Sign in")}]}
    links = [link for items in _personal_links for link in items(request)]
    sign_out = {"url": reverse("signin:sign-out"), "label": gettext("Sign out"), "method": "post"}
    return {"name": person.name, "links": [*links, sign_out]}
