"""New numbers: the keys of registers and the codes of dossiers, by the country's own rules.

A numbering rule is called with `sequence`, a counter the caller keeps (1, 2, 3 …). Two sequences may
give the same number as one that exists already: the caller then tries the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from saola_blueprint.errors import RuleFailed, RuleMissing
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.registers import Register


def register_key(*, country: Country, register: Register, data: Mapping[str, Any], sequence: int, today: date) -> str:
    """A key for a new record; raises `RuleMissing` when the register has no numbering, `RuleFailed`."""
    numbering = register.numbering
    if numbering is None:
        raise RuleMissing(f"register {register.id!r} declares no numbering: the key comes with the data")
    key = country.rules.call(
        numbering.rule, on=today, data=data, sequence=sequence, today=today, **numbering.parameters
    )
    return _text(key, numbering.rule)


def dossier_code(*, country: Country, authority: str, received_on: date, sequence: int) -> str:
    """The code of a new dossier; `sequence` begins at 1 each day for each authority (organisation code)."""
    numbering = country.dossier_numbering
    code = country.rules.call(
        numbering.rule,
        on=received_on,
        authority=authority,
        received_on=received_on,
        sequence=sequence,
        **numbering.parameters,
    )
    return _text(code, numbering.rule)


def _text(value: Any, rule: str) -> str:
    if not isinstance(value, str) or not value:
        raise RuleFailed(f"numbering rule {rule!r} gave no text")
    return value
