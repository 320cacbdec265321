"""The table of made-up people."""

from __future__ import annotations

from django.db import models

from saola_identity.accounts.models import Account


class Persona(models.Model):
    """What a card on the page shows besides the account. The PIN stands there because nothing here is real."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="persona")
    role = models.CharField(max_length=40)
    label = models.JSONField()
    story = models.JSONField(default=dict)
    title = models.JSONField(default=dict)
    organisation = models.CharField(max_length=200, blank=True)
    pin = models.CharField(max_length=20, blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        """In the order of the people file."""

        ordering = ("position", "id")

    def __str__(self) -> str:
        """The role."""
        return self.role
