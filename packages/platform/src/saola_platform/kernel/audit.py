"""What people and the system did, kept in one table that only grows."""

from __future__ import annotations

from collections.abc import Mapping

from saola_platform.kernel import clock
from saola_platform.kernel.models import AuditEntry


def record(*, action: str, person: str = "", detail: Mapping[str, str | int | bool | None] | None = None) -> None:
    """Add one entry, in the caller's transaction. `person` is a personal number; no free text of people."""
    AuditEntry.objects.create(at=clock.now(), action=action, person=person, detail=dict(detail or {}))
