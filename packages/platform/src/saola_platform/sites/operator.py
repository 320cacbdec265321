"""The operator's read-only pages, present only where the configuration says `operator_pages: true`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from saola_platform.kernel.configuration import site


def operator_urls() -> list[URLPattern | URLResolver]:
    """The addresses below /operator/, or none."""
    if not site().operator_pages:
        return []
    from django.contrib import admin

    return [path("operator/", admin.site.urls)]
