"""The addresses of the portal; README.md says what each takes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from saola_platform.portal.views import (
    applications,
    catalogue,
    completions,
    demonstration,
    dossiers,
    papers,
    results,
    services,
    signatures,
    usages,
)

app_name = "portal"

_APPLICATION = "applications/<uuid:draft_id>/"
_DOSSIER = "dossiers/<uuid:submission_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", catalogue.home, name="home"),
    path("find/", catalogue.find, name="find"),
    path("procedures/<str:code>/", catalogue.procedure, name="procedure"),
    path("procedures/<str:code>/start", applications.start, name="start"),
    path(_APPLICATION, applications.overview_page, name="application"),
    path(_APPLICATION + "authority", applications.authority, name="authority"),
    path(_APPLICATION + "sections/<str:section_id>", applications.section, name="section"),
    path(_APPLICATION + "read-again", applications.read_again, name="read-again"),
    path(_APPLICATION + "evidence/<str:message_id>", applications.evidence, name="evidence"),
    path(_APPLICATION + "discard", applications.discard, name="discard"),
    path(_APPLICATION + "papers", papers.papers, name="papers"),
    path(_APPLICATION + "papers/<str:document_id>/add", papers.add, name="add-paper"),
    path(_APPLICATION + "papers/<int:attachment_id>/remove", papers.remove, name="remove-paper"),
    path(_APPLICATION + "review", signatures.review, name="review"),
    path(_APPLICATION + "sign", signatures.sign, name="sign"),
    path(_APPLICATION + "signed", signatures.signed, name="signed"),
    path("dossiers/", dossiers.dossiers, name="dossiers"),
    path("dossiers/by-code/<path:dossier_code>/", dossiers.by_code, name="dossier-by-code"),
    path(_DOSSIER, dossiers.dossier, name="dossier"),
    path(_DOSSIER + "receipt", dossiers.receipt, name="receipt"),
    path(_DOSSIER + "application", dossiers.container, name="container"),
    path(_DOSSIER + "complete", completions.complete, name="complete"),
    path(_DOSSIER + "complete/files", completions.add, name="add-completion-file"),
    path(_DOSSIER + "complete/files/<int:attachment_id>/remove", completions.remove, name="remove-completion-file"),
    path(_DOSSIER + "complete/signed", completions.signed, name="completion-signed"),
    path("my-documents/", results.results, name="results"),
    path("results/<uuid:result_id>/", results.result, name="result"),
    path("results/<uuid:result_id>/file", results.download, name="result-file"),
    path("my-data/usages/", usages.usages, name="usages"),
    path("my-data/usages/<str:site_key>/<str:message_id>/evidence", usages.evidence, name="usage-evidence"),
    path("about-this-demo/", demonstration.about, name="about-demo"),
    path("about-this-demo/status", demonstration.status, name="demo-status"),
    path("services/dossier-events/events", services.events, name="events-service"),
    path("services/dossier-events/results", services.results, name="results-service"),
    path("services/dossier-events/openapi.json", services.openapi, name="events-openapi"),
]
