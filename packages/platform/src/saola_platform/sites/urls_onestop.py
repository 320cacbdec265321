"""The addresses of a one-stop shop: the dossier service, and the desk of its officials."""

from __future__ import annotations

from django.urls import include, path

from saola_platform.sites.operator import operator_urls

urlpatterns = [
    path("", include("saola_platform.kernel.urls")),
    *operator_urls(),
    path("services/", include("saola_platform.cases.urls")),
    path("documents/", include("saola_platform.documents.urls")),
    path("notices/", include("saola_platform.notifications.urls")),
    path("", include("saola_platform.kernel.signin.urls")),
    path("", include("saola_platform.backoffice.urls")),
]

handler400 = "saola_platform.kernel.views.bad_request"
handler403 = "saola_platform.kernel.views.forbidden"
handler404 = "saola_platform.kernel.views.not_found"
handler500 = "saola_platform.kernel.views.server_error"
