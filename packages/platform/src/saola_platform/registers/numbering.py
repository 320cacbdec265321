"""New keys by the country's rule; two writers never get the same one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from saola_blueprint import BlueprintError
from saola_blueprint.rules import register_key
from saola_blueprint.schema import Country, Register

from saola_platform.registers.errors import NumberingFailed
from saola_platform.registers.models import Record, Sequence

MOST_COLLISIONS = 10_000


def next_key(*, country: Country, register: Register, data: Mapping[str, Any], today: date) -> str:
    """A key that no record has; the counter stays locked until the caller's transaction ends.

    Two positions of the counter may give the same key, and records may have come with keys of
    their own (samples), so taken ones are passed over. Raises NumberingFailed.
    """
    Sequence.objects.bulk_create([Sequence(register=register.id)], ignore_conflicts=True)
    counter = Sequence.objects.select_for_update().get(register=register.id)
    for position in range(counter.last + 1, counter.last + 1 + MOST_COLLISIONS):
        try:
            key = register_key(country=country, register=register, data=data, sequence=position, today=today)
        except BlueprintError as exc:
            raise NumberingFailed(f"register {register.id}: {exc}") from exc
        if not Record.objects.filter(register=register.id, key=key).exists():
            counter.last = position
            counter.save(update_fields=["last"])
            return key
    raise NumberingFailed(f"register {register.id}: {MOST_COLLISIONS} numbers in a row are taken")
