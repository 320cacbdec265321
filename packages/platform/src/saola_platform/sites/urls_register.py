"""The addresses of a register: services for the exchange, one status page for people."""

from __future__ import annotations

from django.urls import include, path

from saola_platform.sites.operator import operator_urls

urlpatterns = [
    path("", include("saola_platform.kernel.urls")),
    *operator_urls(),
    path("", include("saola_platform.registers.urls")),
]

handler400 = "saola_platform.kernel.views.bad_request"
handler403 = "saola_platform.kernel.views.forbidden"
handler404 = "saola_platform.kernel.views.not_found"
handler500 = "saola_platform.kernel.views.server_error"
