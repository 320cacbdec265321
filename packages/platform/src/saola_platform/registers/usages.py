"""Who used data about whom. Called in the transaction of the read or write itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from saola_blueprint.schema import Register

from saola_platform.kernel.services import Caller
from saola_platform.registers.models import Usage

Action = Literal["read", "create", "change"]


def subjects_of(*, register: Register, data: Mapping[str, Any]) -> list[str]:
    """The people that a record is about: the values of the register's subject fields."""
    return [str(data[name]) for name in register.subjects if data.get(name)]


def record_usage(
    *, register: Register, records: Iterable[Mapping[str, Any]], caller: Caller, action: Action, at: datetime
) -> None:
    """One row for each person concerned, once per message; `records` are the data that were given or taken.

    Where the records name nobody, or nothing was found, the person counts whom the caller named.
    """
    subjects = list(dict.fromkeys(one for data in records for one in subjects_of(register=register, data=data)))
    if not subjects and caller.data_subject:
        subjects = [caller.data_subject]
    Usage.objects.bulk_create(
        Usage(
            time=at,
            action=action,
            register=register.id,
            subject=subject,
            client=caller.client,
            purpose=caller.purpose,
            legal_ground=caller.legal_ground,
            dossier=caller.dossier or "",
            message_id=caller.message_id,
            request_id=caller.request_id,
        )
        for subject in subjects
    )
