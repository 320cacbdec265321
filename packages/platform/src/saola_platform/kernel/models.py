"""Tables of the kernel: what happened (audit), and signatures on their way to the signer and back."""

from __future__ import annotations

import uuid

from django.db import models


class AuditEntry(models.Model):
    """One thing that a person or the system did; never changed afterwards."""

    at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=60)
    person = models.CharField(max_length=40, blank=True, db_index=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"


class PendingSignature(models.Model):
    """A document between "please sign" and the assembled signature.

    `prepared` is what completes the signature once the value is there: for a container the
    documents, for a PDF the prepared file. The row is kept after the end, without these bytes.
    """

    class Form(models.TextChoices):
        CONTAINER = "container"
        PDF = "pdf"

    class Status(models.TextChoices):
        WAITING = "waiting"
        SIGNED = "signed"
        REFUSED = "refused"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form = models.CharField(max_length=10, choices=Form.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    person = models.CharField(max_length=40, db_index=True)
    request_id = models.CharField(max_length=100, unique=True)
    reference = models.CharField(max_length=200, blank=True)
    prepared_at = models.DateTimeField()
    certificate = models.BinaryField()
    chain = models.JSONField(default=list)
    prepared = models.BinaryField()
    result = models.BinaryField(null=True)
    reason = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-prepared_at",)

    def __str__(self) -> str:
        return f"{self.form} {self.id} {self.status}"
