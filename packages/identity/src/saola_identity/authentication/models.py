"""Tables of sign-in: the passkeys of people, and invitations to add the first one."""

from __future__ import annotations

from django.db import models

from saola_identity.accounts.models import Account


class Passkey(models.Model):
    """One WebAuthn credential. `single_device` says that its key cannot leave the device."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    single_device = models.BooleanField(default=False)
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        """Oldest first, as a person added them."""

        ordering = ("created_at", "id")

    def __str__(self) -> str:
        """The name the person gave it."""
        return self.name
