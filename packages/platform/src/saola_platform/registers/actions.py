"""Writing registers: create and change. Nothing is ever overwritten or removed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from saola_blueprint.schema import Register

from saola_platform.kernel import clock
from saola_platform.kernel.country import country
from saola_platform.kernel.services import Caller
from saola_platform.registers import queries
from saola_platform.registers.errors import DataRefused, KeyReused, KeyTaken, RecordNotFound, VersionStale
from saola_platform.registers.models import AcceptedWrite, Record, RecordVersion
from saola_platform.registers.numbering import next_key
from saola_platform.registers.queries import RecordView
from saola_platform.registers.usages import record_usage
from saola_platform.registers.validation import validate


@dataclass(frozen=True, slots=True)
class Written:
    """The record as this write left it; `is_replay` when the write had been done before."""

    record: RecordView
    is_replay: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Who makes the register say something, and on which ground."""

    recorded_by: str
    legal_ground: str
    message_id: str = ""
    request_id: str = ""


def create(*, register: Register, data: Mapping[str, Any], caller: Caller) -> Written:
    """A new record, once per idempotency key. Raises DataRefused, KeyTaken, KeyReused, HeaderMissing."""
    at = clock.now()
    with transaction.atomic():
        claim = _claim(register=register, caller=caller, content={"data": data}, at=at)
        if claim.record_id is not None:
            return _replay(claim)
        source = _source(caller, legal_ground=caller.legal_ground)
        record = insert(register=register, data=data, source=source, at=at, gives_key=True)
        _settle(claim, record=record)
        record_usage(register=register, records=[record.data], caller=caller, action="create", at=at)
    return Written(queries.view(record), is_replay=False)


def change(
    *, register: Register, key: str, version: int, data: Mapping[str, Any], legal_ground: str, caller: Caller
) -> Written:
    """The next version of a record; `version` is the one the caller read. Raises as `create`, and VersionStale."""
    at = clock.now()
    with transaction.atomic():
        content = {"key": key, "version": version, "data": data}
        claim = _claim(register=register, caller=caller, content=content, at=at) if caller.idempotency_key else None
        if claim is not None and claim.record_id is not None:
            return _replay(claim)
        record = Record.objects.select_for_update().filter(register=register.id, key=key).first()
        if record is None:
            raise RecordNotFound(f"{register.id}: no record {key!r}")
        if record.version != version:
            raise VersionStale(f"version {version} was sent, the record is at version {record.version}")
        concerned = [record.data, _checked(register=register, data={**data, register.key: key}, given=data, at=at)]
        _next_version(record, data=concerned[1], source=_source(caller, legal_ground=legal_ground), at=at)
        if claim is not None:
            _settle(claim, record=record)
        # Whoever was in the record before is as concerned as whoever is in it now.
        record_usage(register=register, records=concerned, caller=caller, action="change", at=at)
    return Written(queries.view(record), is_replay=False)


def insert(*, register: Register, data: Mapping[str, Any], source: Source, at: datetime, gives_key: bool) -> Record:
    """The first version of a record, in the caller's transaction. Raises DataRefused, KeyTaken.

    With `gives_key`, a register with a numbering rule makes the key itself and takes none.
    """
    if gives_key and register.numbering is not None:
        if register.key in data:
            raise DataRefused(f"{register.key}: this register gives the key itself")
        today = at.astimezone(ZoneInfo(country().timezone)).date()
        data = {**data, register.key: next_key(country=country(), register=register, data=data, today=today)}
    checked = _checked(register=register, data=data, given=data, at=at)
    key = str(checked.get(register.key, ""))
    if not key:
        raise DataRefused(f"{register.key}: required, it is the record's key")
    record = Record(register=register.id, key=key, version=0, data=checked, recorded_at=at)
    Record.objects.bulk_create([record], ignore_conflicts=True)
    record = Record.objects.select_for_update().get(register=register.id, key=key)
    if record.version != 0:
        raise KeyTaken(f"{register.id}: {key}")
    _next_version(record, data=checked, source=source, at=at)
    return record


def _checked(*, register: Register, data: Mapping[str, Any], given: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    key = data.get(register.key)
    if given.get(register.key, key) != key:
        raise DataRefused(f"{register.key}: the key of a record never changes")
    today = at.astimezone(ZoneInfo(country().timezone)).date()
    return validate(country=country(), register=register, data=data, on=today)


def _next_version(record: Record, *, data: dict[str, Any], source: Source, at: datetime) -> None:
    record.version += 1
    record.data = data
    record.recorded_at = at
    record.save(update_fields=["version", "data", "recorded_at"])
    RecordVersion.objects.create(
        record=record,
        version=record.version,
        data=data,
        recorded_at=at,
        recorded_by=source.recorded_by,
        legal_ground=source.legal_ground,
        message_id=source.message_id,
        request_id=source.request_id,
    )


def _source(caller: Caller, *, legal_ground: str) -> Source:
    return Source(
        recorded_by=caller.client,
        legal_ground=legal_ground,
        message_id=caller.message_id,
        request_id=caller.request_id,
    )


def _claim(*, register: Register, caller: Caller, content: Mapping[str, Any], at: datetime) -> AcceptedWrite:
    """The row of this idempotency key, ours or of the write that was first.

    A parallel write of the same key waits here until the first has ended: it then finds either
    a finished write, or (when that failed) nothing, and goes on itself.
    """
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    name = {"client": caller.client, "register": register.id, "idempotency_key": caller.key()}
    AcceptedWrite.objects.bulk_create([AcceptedWrite(**name, digest=digest, accepted_at=at)], ignore_conflicts=True)
    claim = AcceptedWrite.objects.select_for_update().get(**name)
    if claim.digest != digest:
        raise KeyReused(f"{caller.key()!r} was accepted at {claim.accepted_at.isoformat()} with other data")
    return claim


def _settle(claim: AcceptedWrite, *, record: Record) -> None:
    claim.record = record
    claim.version = record.version
    claim.save(update_fields=["record", "version"])


def _replay(claim: AcceptedWrite) -> Written:
    version = RecordVersion.objects.select_related("record").get(record=claim.record_id, version=claim.version)
    return Written(queries.view_of_version(version), is_replay=True)
