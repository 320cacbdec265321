"""What the portal keeps: unfinished and sent applications, what happened to them, results; never a copy of a register.

Personal numbers identify owners; an organisation, a procedure and a file are named by their identifiers, because
they belong to the country folder, to other apps or to other processes.
"""

import uuid
from typing import Any

from django.db import models


class SearchEntry(models.Model):
    """One procedure in one language, folded for search; rebuilt whenever the country's texts change."""

    fingerprint = models.CharField(max_length=64, db_index=True)
    procedure = models.CharField(max_length=64)
    language = models.CharField(max_length=16)
    name = models.TextField()
    words = models.TextField()
    text = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("fingerprint", "procedure", "language"), name="one_search_entry"),
        )

    def __str__(self) -> str:
        return f"{self.procedure} ({self.language})"


class Draft(models.Model):
    """An application that is being filled in. Its id becomes the submission's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=64, db_index=True)
    owner_name = models.CharField(max_length=200)
    procedure = models.CharField(max_length=64)
    language = models.CharField(max_length=16)
    destination = models.CharField(max_length=64, blank=True)  # organisation code
    answers = models.JSONField(default=dict)  # "section.field" → value
    typed = models.JSONField(default=dict)  # section → what was typed and does not pass yet, as the form sent it
    reads = models.JSONField(default=dict)  # lookup id → see applying.prefill.Read
    sections_done = models.JSONField(default=list)
    documents_done = models.BooleanField(default=False)
    email = models.EmailField(blank=True)  # where notices go as well; no part of the application
    signing_request = models.CharField(max_length=200, blank=True)
    sent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("-changed_at",)

    def __str__(self) -> str:
        return f"draft {self.id}"


class Submission(models.Model):
    """A signed application on its way to, or at, the one-stop. Itself the outbox: sent until answered."""

    class State(models.TextChoices):
        SENDING = "sending"
        RECEIVED = "received"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, editable=False)
    owner = models.CharField(max_length=64, db_index=True)
    procedure = models.CharField(max_length=64)
    language = models.CharField(max_length=16)
    destination = models.CharField(max_length=64)
    application = models.JSONField()  # application.json as signed: the person's copy of the answers
    email = models.EmailField(blank=True)
    container = models.UUIDField()  # documents.StoredFile
    state = models.CharField(max_length=16, choices=State, default=State.SENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_problem = models.CharField(max_length=200, blank=True)
    problem_words = models.TextField(blank=True)  # what the one-stop said when it refused
    signed_at = models.DateTimeField()
    dossier_code = models.CharField(max_length=80, blank=True, db_index=True)
    received_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=40, blank=True)
    authority = models.JSONField(default=dict)  # {"code", "name": {language: text}}
    receipt = models.UUIDField(null=True)  # documents.StoredFile

    class Meta:
        ordering = ("-signed_at",)

    def __str__(self) -> str:
        return self.dossier_code or str(self.id)


class DossierEvent(models.Model):
    """One step that the one-stop reported."""

    event_id = models.UUIDField(unique=True)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(max_length=40)
    status = models.CharField(max_length=40)
    at = models.DateTimeField()
    text = models.JSONField()
    message = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    organisation = models.JSONField(default=dict)
    person = models.JSONField(null=True)
    message_id = models.CharField(max_length=200)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.type} of {self.submission_id}"

    def repeats(self, before: "DossierEvent") -> bool:
        """Whether this tells the person nothing that the event before it did not: handed on within the office."""
        same = (self.type, self.status, self.text) == (before.type, before.status, before.text)
        return same and not self.message


class Completion(models.Model):
    """The answer to a request to complete; an outbox row of its own."""

    class State(models.TextChoices):
        OPEN = "open"
        SENDING = "sending"
        RECEIVED = "received"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="completions")
    request_event = models.UUIDField(unique=True)  # DossierEvent.event_id that asked for it
    message = models.TextField(blank=True)
    signing_request = models.CharField(max_length=200, blank=True)
    container = models.UUIDField(null=True)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_problem = models.CharField(max_length=200, blank=True)
    problem_words = models.TextField(blank=True)
    created_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"completion {self.id}"


class Attachment(models.Model):
    """A paper that the person added, to a draft or to a completion."""

    draft = models.ForeignKey(Draft, null=True, on_delete=models.CASCADE, related_name="attachments")
    completion = models.ForeignKey(Completion, null=True, on_delete=models.CASCADE, related_name="attachments")
    document = models.CharField(max_length=64)  # RequiredDocument.id, or "completion"
    file = models.UUIDField()  # documents.StoredFile
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("added_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(draft__isnull=True) ^ models.Q(completion__isnull=True),
                name="attachment_of_one_thing",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def record(self) -> dict[str, Any]:
        """As application.json names it."""
        return {
            "id": self.document,
            "name": self.name,
            "path": f"attachments/{self.pk}-{self.name}",
            "media_type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
        }


class StoredResult(models.Model):
    """A result in the person's document store."""

    result_id = models.UUIDField(unique=True)
    owner = models.CharField(max_length=64, db_index=True)
    submission = models.ForeignKey(Submission, null=True, on_delete=models.SET_NULL, related_name="results")
    dossier_code = models.CharField(max_length=80)
    title = models.JSONField()
    file = models.UUIDField()  # documents.StoredFile
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    valid_from = models.CharField(max_length=40)
    message_id = models.CharField(max_length=200)
    sender = models.CharField(max_length=200)  # "I/C/M/S" that delivered it
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return f"result {self.result_id}"
