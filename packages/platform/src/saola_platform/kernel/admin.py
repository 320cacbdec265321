"""What the operator sees of the kernel; nothing can be changed here or anywhere under /operator/."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from saola_platform.kernel.models import AuditEntry, PendingSignature

M = TypeVar("M", bound=Model)


class ReadOnly(admin.ModelAdmin[M]):
    """A table to look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django passes it
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Never."""
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly[AuditEntry]):
    """What happened when."""

    list_display = ("at", "action", "person")
    list_filter = ("action",)


@admin.register(PendingSignature)
class PendingSignatureAdmin(ReadOnly[PendingSignature]):
    """How signatures went, without the documents."""

    list_display = ("prepared_at", "form", "status", "finished_at")
    exclude = ("prepared", "result", "certificates", "person")
