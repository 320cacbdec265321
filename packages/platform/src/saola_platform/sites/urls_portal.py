"""The addresses of the portal: where people find and apply for services."""

from __future__ import annotations

from django.urls import include, path

from saola_platform.sites.operator import operator_urls

urlpatterns = [
    path("", include("saola_platform.kernel.urls")),
    *operator_urls(),
    path("documents/", include("saola_platform.documents.urls")),
    path("notices/", include("saola_platform.notifications.urls")),
    path("", include("saola_platform.kernel.signin.urls")),
    path("", include("saola_platform.portal.urls")),
]

handler400 = "saola_platform.kernel.views.bad_request"
handler403 = "saola_platform.kernel.views.forbidden"
handler404 = "saola_platform.kernel.views.not_found"
handler500 = "saola_platform.kernel.views.server_error"
