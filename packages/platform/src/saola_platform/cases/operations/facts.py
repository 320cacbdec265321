"""The facts that declared values are worked out from: answers, applicant, kept values, dossier, authority, lookups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from saola_platform.cases.declarations import local_day, organisation_of, procedure_of
from saola_platform.cases.models import Dossier
from saola_platform.kernel.country import country


def facts_about(*, dossier: Dossier, at: datetime) -> dict[str, Any]:
    """See `saola_blueprint.rules.values` for the shape; official papers are in the country's default language."""
    organisation, language = organisation_of(dossier), country().default_language
    return {
        "answers": dossier.answers,
        "applicant": {"personal_number": dossier.applicant_number, "full_name": dossier.applicant_name},
        "today": local_day(at),
        "lookups": lookups_of(dossier),
        "kept": dossier.kept,
        "dossier": {
            "code": dossier.code,
            "procedure": dossier.procedure,
            "submission_id": str(dossier.submission_id),
            "submitted_at": dossier.submitted_at.isoformat(),
            "received_at": dossier.received_at.isoformat(),
            "received_on": local_day(dossier.received_at).isoformat(),
        },
        "authority": {
            "code": organisation.code,
            "name": organisation.name.in_(language),
            "short_name": organisation.short_name.in_(language),
            "level": organisation.level,
            "address": organisation.address.in_(language) if organisation.address else "",
        },
    }


def lookups_of(dossier: Dossier) -> dict[str, dict[str, Any]]:
    """What the registers said when the form was filled in, as far as the application carries it."""
    form = procedure_of(dossier).form
    found: dict[str, dict[str, Any]] = {}
    for entry in dossier.prefilled:
        field = form.field(str(entry.get("field"))) if form else None
        if field is not None and field.prefill is not None:
            found.setdefault(field.prefill.lookup, {})[field.prefill.field] = entry.get("value")
    return found
