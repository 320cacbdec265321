"""The facts that declared values are worked out from: answers, applicant, kept values, dossier, authority, lookups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from saola_platform.cases.declarations import local_day, organisation_of, procedure_of
from saola_platform.cases.models import Decision, Dossier


def facts_of(*, dossier: Dossier, at: datetime) -> dict[str, Any]:
    """See `saola_blueprint.rules.values` for the shape."""
    organisation = organisation_of(dossier)
    return {
        "answers": dossier.answers,
        "applicant": {"personal_number": dossier.applicant_number, "full_name": dossier.applicant_name},
        "kept": dossier.kept,
        "dossier": {
            "code": dossier.code,
            "procedure": dossier.procedure,
            "submission_id": str(dossier.submission_id),
            "submitted_at": dossier.submitted_at.isoformat(),
            "received_at": dossier.received_at.isoformat(),
            "received_on": local_day(dossier.received_at).isoformat(),
            **_people(dossier),
        },
        "authority": {
            "code": organisation.code,
            "name": str(organisation.name),
            "short_name": str(organisation.short_name),
            "level": organisation.level,
            "address": str(organisation.address or ""),
        },
        "lookups": lookups_of(dossier),
        "today": local_day(at),
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


def _people(dossier: Dossier) -> dict[str, str]:
    last = Decision.objects.filter(step__dossier=dossier).order_by("-at", "-pk").first()
    return {"official": last.name if last else ""}
