"""Reckoning with declarations: conditions, values, lookups, validation, fees, numbers, search folding. Pure."""

from saola_blueprint.rules.conditions import asked_fields, holds, relevant_answers
from saola_blueprint.rules.fees import FeeDue, fees_due
from saola_blueprint.rules.folding import fold
from saola_blueprint.rules.lookups import (
    LookupRequest,
    documents_needed,
    lookups_behind,
    lookups_to_make,
    paths_of,
    prefilled_answers,
    purpose_of,
)
from saola_blueprint.rules.numbers import dossier_code, register_key
from saola_blueprint.rules.parameters import notice_text, parameters_on
from saola_blueprint.rules.validation import MESSAGES, FieldProblem, validate
from saola_blueprint.rules.values import resolve, resolve_all, value_at

__all__ = [
    "MESSAGES",
    "FeeDue",
    "FieldProblem",
    "LookupRequest",
    "asked_fields",
    "documents_needed",
    "dossier_code",
    "fees_due",
    "fold",
    "holds",
    "lookups_behind",
    "lookups_to_make",
    "notice_text",
    "parameters_on",
    "paths_of",
    "prefilled_answers",
    "purpose_of",
    "register_key",
    "relevant_answers",
    "resolve",
    "resolve_all",
    "validate",
    "value_at",
]
