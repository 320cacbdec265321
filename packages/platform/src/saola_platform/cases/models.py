"""The state of every case, in tables of our own: the workflow engine's memory is one column of one of them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Official(models.Model):
    """A member of the staff, from the staff file; who left is not deleted but made inactive."""

    personal_number = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=35)
    roles = models.JSONField(default=list)
    title = models.JSONField(default=dict)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class DayCounter(models.Model):
    """The last running number an agency gave on a day."""

    agency = models.CharField(max_length=35)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("agency", "day"), name="one_counter_per_agency_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.day}: {self.last}"


class Dossier(models.Model):
    """One application and all that became of it. `version` grows with every change a person could have overlooked."""

    class Status(models.TextChoices):
        IN_PROGRESS = "in-progress"
        WAITING = "completion-requested"
        GRANTED = "granted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    code = models.CharField(max_length=80, unique=True)
    submission_id = models.UUIDField(unique=True)
    submission_digest = models.CharField(max_length=64)
    procedure = models.CharField(max_length=40)
    organisation = models.CharField(max_length=35)
    language = models.CharField(max_length=10)
    applicant_number = models.CharField(max_length=32, db_index=True)
    applicant_name = models.CharField(max_length=200)
    answers = models.JSONField(default=dict)
    prefilled = models.JSONField(default=list)
    attachments = models.JSONField(default=list)
    signature = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    remaining_hours = models.FloatField(null=True)
    ended_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=30, choices=Status, default=Status.IN_PROGRESS)
    version = models.PositiveIntegerField(default=1)
    portal = models.CharField(max_length=200)
    container_id = models.UUIDField()
    receipt_id = models.UUIDField(null=True)

    class Meta:
        ordering = ("due_at", "code")
        indexes: ClassVar = [models.Index(fields=("organisation", "status", "due_at"), name="dossier_queue")]

    def __str__(self) -> str:
        return self.code


class WorkflowState(models.Model):
    """The engine's saved process, the model it runs, and the name of the engine that can read it."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="workflow")
    engine = models.CharField(max_length=40)
    state = models.TextField()
    model = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.engine} of {self.dossier_id}"


class Step(models.Model):
    """A task of the process that was opened: for a role, for the applicant, or for a job."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="steps")
    task = models.CharField(max_length=64)
    node = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    role = models.CharField(max_length=60, blank=True)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="steps")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("dossier", "task"), name="a_task_is_opened_once")]
        indexes: ClassVar = [models.Index(fields=("kind", "closed_at"), name="open_steps")]

    def __str__(self) -> str:
        return f"{self.node} of {self.dossier_id}"


class Decision(models.Model):
    """What an official decided at a step, why, and under which name and title."""

    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="decision")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="decisions")
    name = models.CharField(max_length=200)
    title = models.JSONField(default=dict)
    outcome = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.outcome} by {self.name}"


class CompletionRequest(models.Model):
    """The applicant was asked to complete the dossier; while it is open, the clock stands still."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="completion_requests")
    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="completion_request")
    message = models.TextField()
    documents = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    completion_id = models.UUIDField(null=True, unique=True)
    completion_digest = models.CharField(max_length=64, blank=True)
    container_id = models.UUIDField(null=True)
    answer = models.JSONField(default=dict)

    class Meta:
        ordering = ("asked_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("dossier",), condition=models.Q(answered_at__isnull=True), name="one_open_completion_request"
            )
        ]

    def __str__(self) -> str:
        return f"completion of {self.dossier_id}"


class KeptDocument(models.Model):
    """A document made in the case. Every form of it stays: rendered, signed by an official, sealed."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(max_length=60)
    form = models.CharField(max_length=20)
    title = models.JSONField(default=dict)
    file_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="documents")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("step", "name"), name="a_step_makes_a_document_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.form}) of {self.dossier_id}"


class OperationRun(models.Model):
    """One service task: its result is stored here before the process goes on, so a job may die anywhere."""

    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="run")
    operation = models.CharField(max_length=100)
    attempts = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True)
    last_error = models.TextField(blank=True)
    refused = models.BooleanField(default=False)
    tried_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.operation} ({self.attempts})"


class Event(models.Model):
    """What happened, in the order in which it happened; `delivered_at` is empty until the portal has it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    event_id = models.UUIDField(unique=True, default=uuid.uuid4)
    type = models.CharField(max_length=40)
    status = models.CharField(max_length=40)
    at = models.DateTimeField()
    text = models.JSONField()
    message = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    person = models.JSONField(null=True)
    public = models.BooleanField(default=True)
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ("dossier_id", "sequence")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("dossier", "sequence"), name="events_are_in_one_order")
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.dossier_id}"
