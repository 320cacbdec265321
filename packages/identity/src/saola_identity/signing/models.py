"""The table of signing requests: decided once, by the person meant, within ten minutes."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models

from saola_identity.accounts.models import Account


class SigningRequest(models.Model):
    """One signature that a site asks of one person. `hash` is what the key signs; `documents` are what is shown."""

    STATUSES = ("waiting", "signed", "refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client_id = models.CharField(max_length=100)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    credential_id = models.CharField(max_length=100)
    certificate = models.TextField()
    title = models.CharField(max_length=300)
    documents = models.JSONField()
    hash = models.CharField(max_length=44)
    return_url = models.TextField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    status = models.CharField(max_length=20, choices=[(one, one) for one in STATUSES], default="waiting")
    signature = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """For an operator's eyes."""
        return f"{self.client_id}: {self.title}"

    def status_at(self, at: datetime) -> str:
        """`waiting` turns into `expired` by itself; what was decided stays."""
        return "expired" if self.status == "waiting" and at >= self.expires_at else self.status
