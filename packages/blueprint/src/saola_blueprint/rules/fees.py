"""What an application costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from saola_blueprint.errors import RuleFailed
from saola_blueprint.rules.conditions import Answers
from saola_blueprint.rules.parameters import parameters_on
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.procedures import Procedure
from saola_blueprint.schema.texts import Text


@dataclass(frozen=True, slots=True)
class FeeDue:
    """One fee of one application, in the smallest unit of the country's currency, with its legal reference."""

    id: str
    label: Text
    amount: int
    reference: str


def fees_due(
    *, country: Country, procedure: Procedure, answers: Answers, on: date, channel: str = "online"
) -> tuple[FeeDue, ...]:
    """The fees in force on a day for these answers; a fee of 0 is listed too, so that people see it is free."""
    due = []
    for fee in procedure.fees:
        if channel not in fee.channels:
            continue
        entry = fee.amount.entry_on(on)
        amount = entry.value
        if fee.rule:
            parameters = parameters_on(country, on)
            amount = procedure.rules.call(
                fee.rule, on=on, amount=amount, answers=answers, today=on, parameters=parameters
            )
            if not isinstance(amount, int) or amount < 0:
                raise RuleFailed(f"fee rule {fee.rule!r} gave no amount")
        due.append(FeeDue(fee.id, fee.label, amount, entry.reference))
    return tuple(due)
