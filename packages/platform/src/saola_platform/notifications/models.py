"""Tables of the notices: what a person was told, and the e-mails that go with it."""

from __future__ import annotations

import uuid

from django.db import models


class Notice(models.Model):
    """Something that a person should know; read at `read_at`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    texts = models.JSONField()
    link = models.CharField(max_length=500, blank=True)
    # Whoever notifies may repeat: the same key for the same person makes no second notice.
    key = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (models.UniqueConstraint(fields=("person", "key"), name="one_notice_per_key"),)
        indexes = (models.Index(fields=("person", "-created_at"), name="notices_of_person"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"


class Mail(models.Model):
    """One e-mail; `sent_at` makes sure that a repeated job sends it once."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="mail")
    address = models.EmailField()
    language = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"mail of {self.notice_id}"
