"""Tables: an account is one person; an event is one thing that happened to an account and is never changed."""

from __future__ import annotations

import uuid

from django.db import models

LEVELS = ("low", "substantial", "high")


class Account(models.Model):
    """One person. `level` says how surely we know who they are (eIDAS words)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    personal_number = models.CharField(max_length=40, unique=True)
    full_name = models.CharField(max_length=200)
    given_name = models.CharField(max_length=100, blank=True)
    surname = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    level = models.CharField(max_length=20, choices=[(level, level) for level in LEVELS], default="low")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        """Ordered by name for lists."""

        ordering = ("full_name",)

    def __str__(self) -> str:
        """The name, as shown to people."""
        return self.full_name


class Event(models.Model):
    """One authentication, signature or change of credentials; the person may read their own."""

    KINDS = (
        "signed-in",
        "sign-in-failed",
        "signed-out",
        "attributes-given",
        "code-reused",
        "passkey-added",
        "passkey-removed",
        "signature-asked",
        "signature-made",
        "signature-refused",
        "pin-wrong",
        "key-locked",
    )

    at = models.DateTimeField()
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=30, choices=[(kind, kind) for kind in KINDS])
    client_id = models.CharField(max_length=100, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        """Read per person, newest first."""

        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("account", "-at"), name="event_of_person"),)

    def __str__(self) -> str:
        """For an operator's eyes."""
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind}"
