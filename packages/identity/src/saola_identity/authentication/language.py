"""The language that a site asks for (`ui_locales`, OpenID Connect Core §3.1.2.1): the pages follow it."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_supported_language_variant


def remember_language(answer: HttpResponse, *, wishes: Sequence[str]) -> None:
    """Have the browser keep the first of the wished languages (tags) that we speak; none, none is kept."""
    for wish in wishes:
        try:
            language = get_supported_language_variant(wish)
        except LookupError:
            continue
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        return
