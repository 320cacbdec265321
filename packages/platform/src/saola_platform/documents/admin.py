"""For operators: which files there are, never what is in them."""

from django.contrib import admin

from saola_platform.documents.models import StoredFile


@admin.register(StoredFile)
class StoredFileAdmin(admin.ModelAdmin[StoredFile]):
    actions = None
    list_display = ("id", "media_type", "size", "scan", "stored_at")
    list_filter = ("media_type", "scan")
    readonly_fields = (
        "id",
        "owner",
        "name",
        "media_type",
        "size",
        "sha256",
        "scan",
        "scanner",
        "stored_at",
    )
