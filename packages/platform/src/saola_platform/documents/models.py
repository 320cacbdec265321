"""One row per file and owner; the bytes lie in the file store under their digest."""

import uuid

from django.db import models


class StoredFile(models.Model):
    """A file that belongs to one person (or, owner empty, to the site itself)."""

    class Scan(models.TextChoices):
        CLEAN = "clean"
        NOT_SCANNED = "not-scanned"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=64, blank=True, db_index=True)  # personal number
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    scan = models.CharField(max_length=16, choices=Scan)
    scanner = models.CharField(max_length=100)
    stored_at = models.DateTimeField()

    class Meta:
        ordering = ("-stored_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"
