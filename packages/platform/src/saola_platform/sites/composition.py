"""What each kind of site is made of: its apps, its middleware and its addresses. The only list of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from saola_platform.kernel.configuration import SiteKind

# The theme comes first, because it replaces templates of others.
EVERY_SITE: Final = ("saola_theme", "procrastinate.contrib.django", "saola_platform.kernel")
PEOPLE: Final = (
    "django.contrib.sessions",
    "django.contrib.messages",
    "crispy_forms",
    "crispy_forms_gds",
    "saola_platform.notifications",
)
APPS: Final[dict[SiteKind, tuple[str, ...]]] = {
    "portal": (*PEOPLE, "saola_platform.documents", "saola_platform.portal"),
    "onestop": (*PEOPLE, "saola_platform.documents", "saola_platform.cases", "saola_platform.backoffice"),
    "register": ("saola_platform.registers",),
}
OPERATOR_APPS: Final = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
)

_OUTER: Final = (
    "saola_platform.kernel.middleware.Health",
    "saola_platform.kernel.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "saola_platform.kernel.middleware.UploadLimit",
)
_INNER: Final = (
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "saola_platform.kernel.middleware.Unstorable",
    "saola_platform.kernel.middleware.Problems",
)


def apps(*, site: SiteKind, operator_pages: bool) -> list[str]:
    """INSTALLED_APPS: the kernel everywhere, and what this kind of site serves."""
    chosen = (*EVERY_SITE, *APPS[site], *(OPERATOR_APPS if operator_pages else ()), "django.contrib.staticfiles")
    return list(dict.fromkeys(chosen))


def middleware(*, installed: Sequence[str]) -> list[str]:
    """MIDDLEWARE for these apps: sessions and the signed-in person only where people sign in."""
    chain = list(_OUTER)
    if "django.contrib.sessions" in installed:
        chain += ["django.contrib.sessions.middleware.SessionMiddleware"]
    chain += _INNER
    if "django.contrib.messages" in installed:
        chain += ["django.contrib.messages.middleware.MessageMiddleware"]
    if "django.contrib.auth" in installed:
        chain += ["django.contrib.auth.middleware.AuthenticationMiddleware"]
    if "saola_platform.notifications" in installed:
        chain += ["saola_platform.kernel.signin.middleware.SignedIn"]
    return chain


def context_processors(*, installed: Sequence[str]) -> list[str]:
    """What templates of this site may rely on."""
    chosen = [
        "django.template.context_processors.request",
        "django.template.context_processors.i18n",
        "saola_platform.kernel.pages.page",
    ]
    if "django.contrib.messages" in installed:
        chosen.append("django.contrib.messages.context_processors.messages")
    if "django.contrib.auth" in installed:
        chosen.append("django.contrib.auth.context_processors.auth")
    return chosen
