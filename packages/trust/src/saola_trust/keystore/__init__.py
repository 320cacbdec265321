"""Private keys: the `Signer` that everything signs through, a software one, and one for tests."""

from __future__ import annotations

from saola_trust.keystore.sealed_key import open_key, seal_key
from saola_trust.keystore.signer import FakeSigner, Signer, SoftwareSigner

__all__ = ["FakeSigner", "Signer", "SoftwareSigner", "open_key", "seal_key"]
