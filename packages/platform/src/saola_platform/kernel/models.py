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
    """A document between "please sign" and the assembled signature; removed a day later (tasks.py)."""

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
    # The claimed time of signing: with documents and certificate it makes the same bytes to sign again.
    prepared_at = models.DateTimeField()
    # PEM: the signer's certificate, then its issuers.
    certificates = models.JSONField()
    # For a PDF: the file with room for the signature.
    prepared = models.BinaryField(null=True)
    result = models.BinaryField(null=True)
    reason = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-prepared_at",)

    def __str__(self) -> str:
        return f"{self.form} {self.id} {self.status}"


class PendingDocument(models.Model):
    """One of the documents that are being signed."""

    signature = models.ForeignKey(PendingSignature, on_delete=models.CASCADE, related_name="documents")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=300)
    media_type = models.CharField(max_length=200)
    content = models.BinaryField()

    class Meta:
        ordering = ("signature", "position")
        constraints = (models.UniqueConstraint(fields=("signature", "position"), name="documents_are_counted"),)

    def __str__(self) -> str:
        return self.name
