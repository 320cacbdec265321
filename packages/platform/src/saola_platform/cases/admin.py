"""Read-only pages for operators: what is where, what is stuck. Nothing is decided here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from saola_platform.cases.models import Dossier, Event, Official, OperationRun


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Looking only: a case is changed by its officials, through the desk."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds here."""
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes here."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes here."""
        del request, obj
        return False


@admin.register(Dossier)
class DossierAdmin(ReadOnly):
    """Dossiers without their content: an operator needs the state, not people's answers."""

    list_display = ("code", "procedure", "organisation", "status", "due_at", "ended_at")
    list_filter = ("status", "organisation")
    search_fields = ("code",)
    fields = ("code", "submission_id", "procedure", "organisation", "status", "received_at", "due_at", "ended_at")


@admin.register(OperationRun)
class OperationRunAdmin(ReadOnly):
    """Operations, the failing ones first."""

    list_display = ("operation", "step", "attempts", "refused", "last_error", "tried_at", "finished_at")
    list_filter = ("refused", "operation")
    fields = ("operation", "attempts", "refused", "last_error", "tried_at", "finished_at")


@admin.register(Event)
class EventAdmin(ReadOnly):
    """The outbox."""

    list_display = ("type", "at", "delivered_at", "attempts", "last_error")
    fields = ("type", "status", "at", "delivered_at", "attempts", "last_error")


@admin.register(Official)
class OfficialAdmin(ReadOnly):
    """The staff as loaded from the staff file."""

    list_display = ("name", "organisation", "roles", "active")
    fields = ("name", "organisation", "roles", "title", "active")
