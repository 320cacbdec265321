"""For operators: what is on its way and why it is not answered; no answers of people."""

from django.contrib import admin

from saola_platform.portal.models import Completion, Submission


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin[Submission]):
    actions = None
    list_display = ("id", "procedure", "destination", "state", "attempts", "last_problem", "signed_at")
    list_filter = ("state", "procedure")
    fields = readonly_fields = (
        "id",
        "procedure",
        "destination",
        "state",
        "attempts",
        "next_attempt_at",
        "last_problem",
        "signed_at",
        "dossier_code",
    )


@admin.register(Completion)
class CompletionAdmin(admin.ModelAdmin[Completion]):
    actions = None
    list_display = ("id", "submission", "state", "attempts", "last_problem", "created_at")
    list_filter = ("state",)
    fields = readonly_fields = ("id", "state", "attempts", "next_attempt_at", "last_problem", "created_at", "signed_at")
