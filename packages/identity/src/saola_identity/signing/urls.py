"""Addresses of signing."""

from __future__ import annotations

from django.urls import path

from saola_identity.signing.views import interface, pages

app_name = "signing"
urlpatterns = [
    path("sign/<uuid:request_id>", pages.decide, name="decide"),
    path("api/signing-credentials", interface.credential, name="credential"),
    path("api/signing-requests", interface.ask, name="ask"),
    path("api/signing-requests/<uuid:request_id>", interface.outcome, name="outcome"),
]
