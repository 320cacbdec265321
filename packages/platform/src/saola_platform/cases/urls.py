"""The addresses of the dossier service, below /services/: the base is `…/services/dossiers`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from saola_platform.cases import services

app_name = "cases"
urlpatterns: list[URLPattern | URLResolver] = [
    path("dossiers/openapi.json", services.openapi, name="openapi"),
    path("dossiers/dossiers", services.dossiers, name="dossiers"),
    path("dossiers/dossiers/<str:code>", services.dossier, name="dossier"),
    path("dossiers/dossiers/<str:code>/completions", services.dossier_completions, name="completions"),
]
