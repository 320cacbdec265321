"""The addresses of the desk; README.md lists them with their form fields."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from saola_platform.backoffice.views import deciding, dossiers, files, queue, tracking

app_name = "backoffice"
_DOSSIER = "dossiers/<str:code>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", queue.show_queue, name="queue"),
    path("dossiers/<str:code>", dossiers.show_dossier, name="dossier"),
    path(_DOSSIER + "steps/<int:step>/decision", deciding.take_decision, name="decide"),
    path(_DOSSIER + "steps/<int:step>/retry", deciding.retry, name="retry"),
    path(_DOSSIER + "documents/<str:name>.pdf", files.show_document, name="document"),
    path(_DOSSIER + "attachments/<int:index>", files.show_attachment, name="attachment"),
    path(_DOSSIER + "application.asice", files.download_application, name="application"),
    path(_DOSSIER + "receipt.pdf", files.show_receipt, name="receipt"),
    path("signed", deciding.signed, name="signed"),
    path("track/<str:code>", tracking.track, name="track"),
]
