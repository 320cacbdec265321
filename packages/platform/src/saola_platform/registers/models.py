"""Tables of the registers. Versions and usages are only ever added, never changed or removed."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Record(models.Model):
    """One thing that a register knows about: its key, and which version is the current one.

    The row is what writers lock; what was recorded stands in the versions.
    """

    register = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    # The current version's data, again: reads and searches need no join.
    data = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("register", "key")
        constraints = (models.UniqueConstraint(fields=("register", "key"), name="one_record_per_key"),)
        indexes = (GinIndex(fields=("data",), name="record_data", opclasses=("jsonb_path_ops",)),)

    def __str__(self) -> str:
        return f"{self.register}/{self.key} v{self.version}"


class RecordVersion(models.Model):
    """What the register said from `recorded_at` until the next version, and why it said so."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    data = models.JSONField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    legal_ground = models.TextField()
    message_id = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("record", "version")
        constraints = (models.UniqueConstraint(fields=("record", "version"), name="versions_are_counted"),)

    def __str__(self) -> str:
        return f"{self.record_id} v{self.version}"


class Sequence(models.Model):
    """The counter from which a register's numbering rule makes keys; the row is locked while counting."""

    register = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.register}: {self.last}"


class AcceptedWrite(models.Model):
    """A write that was done, by the caller's idempotency key: the same key never writes twice."""

    client = models.CharField(max_length=300)
    idempotency_key = models.CharField(max_length=500)
    register = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("client", "register", "idempotency_key"), name="one_write_per_key"),
        )

    def __str__(self) -> str:
        return f"{self.register} {self.idempotency_key}"


class Usage(models.Model):
    """That somebody used data about a person: who, when, why, and by which signed message."""

    class Action(models.TextChoices):
        READ = "read"
        CREATE = "create"
        CHANGE = "change"

    time = models.DateTimeField()
    action = models.CharField(max_length=10, choices=Action.choices)
    register = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    client = models.CharField(max_length=300)
    purpose = models.CharField(max_length=500)
    legal_ground = models.CharField(max_length=500)
    dossier = models.CharField(max_length=500, blank=True)
    message_id = models.CharField(max_length=500, db_index=True)
    request_id = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-time", "-id")
        indexes = (
            models.Index(fields=("subject", "-time", "-id"), name="usage_by_subject"),
            models.Index(fields=("register", "time"), name="usage_by_register"),
        )

    def __str__(self) -> str:
        return f"{self.time:%Y-%m-%d %H:%M} {self.action} {self.register}"
