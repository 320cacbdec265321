"""Tables: subjects (which name a sector knows a person by), codes and access tokens, kept as digests only."""

from __future__ import annotations

from django.db import models

from saola_identity.accounts.models import Account


class Subject(models.Model):
    """The pairwise subject of one person in one sector (OpenID Connect Core §8.1)."""

    sector = models.CharField(max_length=100)
    sub = models.CharField(max_length=64)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")

    class Meta:
        """A name belongs to one person, and a person has one name per sector."""

        constraints = (
            models.UniqueConstraint(fields=("sector", "sub"), name="sub_once_in_sector"),
            models.UniqueConstraint(fields=("sector", "account"), name="one_sub_per_person"),
        )

    def __str__(self) -> str:
        """The name within its sector."""
        return f"{self.sector}/{self.sub}"


class Code(models.Model):
    """An authorisation code: what was agreed when it was given out. Used once."""

    digest = models.CharField(max_length=64, unique=True)
    client_id = models.CharField(max_length=100)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    redirect_uri = models.TextField()
    scopes = models.JSONField()
    nonce = models.TextField(blank=True)
    code_challenge = models.CharField(max_length=64)
    auth_time = models.BigIntegerField()
    acr = models.CharField(max_length=20)
    amr = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Never the code itself."""
        return f"code for {self.client_id}"


class AccessToken(models.Model):
    """An access token for the userinfo endpoint; revoked when its code is used a second time."""

    digest = models.CharField(max_length=64, unique=True)
    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="tokens")
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Never the token itself."""
        return f"access token for {self.code.client_id}"
