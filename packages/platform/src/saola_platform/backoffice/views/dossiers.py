"""One dossier: what was applied for, where each answer comes from, what was done, what can be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from saola_platform.backoffice.gate import staff
from saola_platform.backoffice.presenting.answers import sections
from saola_platform.backoffice.presenting.deadlines import moment, shown
from saola_platform.backoffice.presenting.desk import (
    desk_for,
    role_name,
    stages,
    status_words,
    step_words,
    timeline,
    who_has,
)
from saola_platform.cases.api import (
    Dossier,
    Official,
    deadline_of,
    documents_of,
    dossier_for,
    open_steps,
    procedure_of,
    text_in,
)
from saola_platform.kernel import clock
from saola_platform.kernel.country import country
from saola_platform.kernel.signin import kept_input


@require_GET
@staff
def show_dossier(request: HttpRequest, official: Official, code: str) -> HttpResponse:
    """`GET /dossiers/{code}`."""
    return dossier_page(request, official=official, code=code)


def dossier_page(
    request: HttpRequest, *, official: Official, code: str, errors: Sequence[dict[str, str]] = (), status: int = 200
) -> HttpResponse:
    """The page; `errors` are shown at its top, and what was typed stands in the form again."""
    dossier = dossier_for(official=official, code=code)
    typed: Any = (request.POST if request.method == "POST" else kept_input(request)) or {}
    return render(request, "backoffice/dossier.html", _context(dossier, official, typed, errors), status=status)


def _context(dossier: Dossier, official: Official, typed: Any, errors: Sequence[dict[str, str]]) -> dict[str, Any]:
    language = get_language() or country().default_language
    steps = open_steps(dossier)
    procedure = procedure_of(dossier)
    return {
        "dossier": dossier,
        "official": official,
        "procedure": procedure.name.in_(language),
        "status": status_words(dossier.status),
        "deadline": shown(deadline_of(dossier, at=clock.now())),
        "received": moment(dossier.received_at),
        "desk": desk_for(dossier=dossier, official=official, steps=steps, language=language),
        "with_whom": _with_whom(dossier, steps=steps, language=language),
        "sections": sections(dossier, language=language),
        "signature": _signature(dossier.signature),
        "papers": procedure.documents,
        "handed_in": _handed_in(dossier, kinds={one.id: one.name.in_(language) for one in procedure.documents}),
        "paper_choices": [(one.id, one.name.in_(language)) for one in procedure.documents],
        "documents": [(one.name, text_in(one.title, language) or one.name, one.form) for one in documents_of(dossier)],
        "stages": stages(dossier, language=language),
        "timeline": timeline(dossier, language=language),
        "requests": list(dossier.completion_requests.all()),
        "typed": {
            "outcome": typed.get("outcome", ""),
            "reason": typed.get("reason", ""),
            "documents": typed.getlist("documents") if hasattr(typed, "getlist") else [],
        },
        "errors": errors,
    }


def _handed_in(dossier: Dossier, *, kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    """The files in the order in which they came, each with the kind of paper that the applicant gave it as."""
    return [dict(one) | {"kind": kinds.get(one["id"], "")} for one in dossier.attachments]


def _with_whom(dossier: Dossier, *, steps: list[Any], language: str) -> dict[str, str] | None:
    if not steps:
        return None
    step = steps[0]
    step.dossier = dossier
    name = step.official.name if step.official else ""
    role = role_name(step.role, language=language) if name else who_has(step, language=language)
    return {"task": step_words(step, language=language), "name": name, "role": role}


def _signature(report: dict[str, Any]) -> dict[str, Any]:
    from datetime import datetime

    signed_at = str(report.get("signed_at") or "")
    try:
        at = moment(datetime.fromisoformat(signed_at))
    except ValueError:
        at = signed_at
    return {**report, "signed_at": at}
