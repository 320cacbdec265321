"""Reading registers. `read` and `search` answer the exchange and note every reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from saola_blueprint.schema import Register

from saola_platform.kernel import clock
from saola_platform.kernel.country import country
from saola_platform.kernel.services import Caller
from saola_platform.registers.errors import QueryRefused, RecordNotFound
from saola_platform.registers.models import Record, RecordVersion, Usage
from saola_platform.registers.usages import record_usage

MOST_FOUND = 100
MOST_USAGES = 100


@dataclass(frozen=True, slots=True)
class RecordView:
    """What the register says, or said."""

    register: str
    key: str
    version: int
    recorded_at: datetime
    data: Mapping[str, Any]

    def json(self) -> dict[str, Any]:
        """As it travels; fields in one order, so that a repeated write is answered with the same bytes."""
        return {
            "register": self.register,
            "key": self.key,
            "version": self.version,
            "recorded_at": self.recorded_at.isoformat(),
            "data": dict(sorted(self.data.items())),
        }


@dataclass(frozen=True, slots=True)
class RegisterFigures:
    """How a register stands today, without any person's data."""

    register: Register
    records: int
    reads_today: int


def read(*, register: Register, key: str, caller: Caller, at: datetime | None = None) -> RecordView:
    """The record as it is, or as it was at `at`; raises RecordNotFound. The reading is noted either way."""
    now = clock.now()
    with transaction.atomic():
        found = _at(register=register, key=key, at=at) if at else _current(register=register, key=key)
        record_usage(register=register, records=[found.data] if found else [], caller=caller, action="read", at=now)
    if found is None:
        raise RecordNotFound(f"{register.id}: no record {key!r}" + (f" at {at.isoformat()}" if at else ""))
    return found


def search(*, register: Register, criteria: Mapping[str, str], caller: Caller) -> tuple[list[RecordView], int]:
    """At most 100 records whose indexed fields have exactly these values, and how many there are."""
    wanted = {name: _typed(register=register, name=name, value=value) for name, value in criteria.items()}
    if not wanted:
        raise QueryRefused(f"give at least one of: {', '.join(_indexed(register))}")
    with transaction.atomic():
        matching = Record.objects.filter(register=register.id, data__contains=wanted)
        found = [view(record) for record in matching.order_by("key")[:MOST_FOUND]]
        total = len(found) if len(found) < MOST_FOUND else matching.count()
        record_usage(
            register=register, records=[one.data for one in found], caller=caller, action="read", at=clock.now()
        )
    return found, total


def usages_of(*, subject: str, registers: tuple[str, ...], offset: int, limit: int) -> tuple[list[Usage], int]:
    """Usages of data about one person in these registers, the newest first, and how many there are."""
    matching = Usage.objects.filter(subject=subject, register__in=registers)
    return list(matching[offset : offset + min(limit, MOST_USAGES)]), matching.count()


def usage_by_message(*, subject: str, registers: tuple[str, ...], message_id: str) -> Usage:
    """The usage that one message caused for this person; raises RecordNotFound when it was about others."""
    found = Usage.objects.filter(subject=subject, register__in=registers, message_id=message_id).first()
    if found is None:
        raise RecordNotFound("no such message about this person")
    return found


def figures(*, register: Register) -> RegisterFigures:
    """Numbers for the status page; the day is the country's."""
    zone = ZoneInfo(country().timezone)
    midnight = datetime.combine(clock.now().astimezone(zone).date(), time(), tzinfo=zone)
    # One message may concern several people; it is one reading.
    reads = Usage.objects.filter(register=register.id, action=Usage.Action.READ, time__gte=midnight)
    return RegisterFigures(
        register=register,
        records=Record.objects.filter(register=register.id).count(),
        reads_today=reads.values("message_id", "request_id").distinct().count(),
    )


def view(record: Record) -> RecordView:
    """The current state of a row."""
    return RecordView(record.register, record.key, record.version, record.recorded_at, record.data)


def view_of_version(version: RecordVersion) -> RecordView:
    """The state that one version recorded."""
    record = version.record
    return RecordView(record.register, record.key, version.version, version.recorded_at, version.data)


def _current(*, register: Register, key: str) -> RecordView | None:
    record = Record.objects.filter(register=register.id, key=key).first()
    return view(record) if record else None


def _at(*, register: Register, key: str, at: datetime) -> RecordView | None:
    versions = RecordVersion.objects.select_related("record").filter(
        record__register=register.id, record__key=key, recorded_at__lte=at
    )
    newest = versions.order_by("-version").first()
    return view_of_version(newest) if newest else None


def _indexed(register: Register) -> list[str]:
    return [field.name for field in register.fields.values() if field.indexed or field.name == register.key]


def _typed(*, register: Register, name: str, value: str) -> Any:
    if name not in _indexed(register):
        raise QueryRefused(f"{name!r} is no indexed field; indexed are: {', '.join(_indexed(register))}")
    if "\x00" in value:
        raise QueryRefused(f"{name}: the value holds a NUL character")
    kind = register.fields[name].type
    if kind == "integer":
        if not value.lstrip("-").isdecimal():
            raise QueryRefused(f"{name}: expected a whole number")
        return int(value)
    if kind == "yes-no":
        if value not in {"true", "false"}:
            raise QueryRefused(f"{name}: expected true or false")
        return value == "true"
    return value
