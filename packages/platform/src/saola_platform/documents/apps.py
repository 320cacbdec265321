"""The Django app of stored files."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "saola_platform.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"
