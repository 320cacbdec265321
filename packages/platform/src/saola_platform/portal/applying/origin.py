"""Where the value of a field comes from, and why a field that could have been filled is empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from saola_blueprint import Country
from saola_blueprint.rules import prefilled_answers
from saola_blueprint.schema import Procedure

from saola_platform.portal.applying.prefill import Known

OriginState = Literal["prefilled", "changed", "empty-there", "not-found", "several", "unavailable", "refused"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What stands beside a field: which register was read, whose it is, why it may be, and the message that proves it.

    ``register_value`` is what the register said, for a value that the person changed.
    """

    state: OriginState
    register: str
    register_name: str
    organisation: str
    organisation_name: str
    purpose: str
    purpose_name: str
    legal_ground: str
    read_at: datetime
    message_id: str
    register_value: Any = None


def origins(*, country: Country, procedure: Procedure, known: Known, language: str) -> dict[str, Origin]:
    """The origin of every field whose register was read or should have been, by path."""
    if procedure.form is None:
        return {}
    found = prefilled_answers(form=procedure.form, lookups=known.lookups)
    result: dict[str, Origin] = {}
    for field in procedure.form.fields:
        read = known.reads.get(field.prefill.lookup) if field.prefill else None
        if read is None:
            continue
        register = country.registers[read.register]
        owner = country.organisations[register.owner]
        ground = read.legal_ground
        result[field.path] = Origin(
            state=_state(read.state, has_value=field.path in found, same=_same(known, field.path, found)),
            register=register.id,
            register_name=register.name.in_(language),
            organisation=register.owner,
            organisation_name=owner.name.in_(language),
            purpose=read.purpose,
            purpose_name=procedure.name.in_(language),
            legal_ground=ground.get(language) or ground.get(country.default_language) or next(iter(ground.values())),
            read_at=datetime.fromisoformat(read.read_at),
            message_id=read.message_id,
            register_value=found.get(field.path),
        )
    return result


def _same(known: Known, path: str, found: dict[str, Any]) -> bool:
    return bool(known.answers.get(path) == found.get(path))


def _state(read_state: str, *, has_value: bool, same: bool) -> OriginState:
    match read_state:
        case "found":
            return ("prefilled" if same else "changed") if has_value else "empty-there"
        case "not-found" | "several" | "unavailable" | "refused":
            return read_state
    raise ValueError(read_state)
