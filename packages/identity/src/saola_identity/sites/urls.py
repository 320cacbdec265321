"""All addresses of identity."""

from __future__ import annotations

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("saola_identity.oidc.urls")),
    path("", include("saola_identity.signing.urls")),
    path("", include("saola_identity.authentication.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
if apps.is_installed("saola_identity.authentication.demonstration"):
    urlpatterns.append(path("", include("saola_identity.authentication.demonstration.urls")))

handler400 = "saola_theme.error_pages.bad_request"
handler403 = "saola_theme.error_pages.permission_denied"
handler404 = "saola_theme.error_pages.page_not_found"
handler500 = "saola_theme.error_pages.server_error"
