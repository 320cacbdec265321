"""The queue: one list, most urgent first, with who has to act until when."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from saola_platform.backoffice.gate import staff
from saola_platform.backoffice.presenting.deadlines import ShownDeadline, shown
from saola_platform.backoffice.presenting.desk import status_words, step_words, who_has
from saola_platform.cases.api import Official, QueueRow, Wanted, procedure_of, queue, rows
from saola_platform.kernel import clock
from saola_platform.kernel.country import country

STATES = ("open", "waiting", "ended", "all")
PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One line of the page."""

    code: str
    applicant: str
    procedure: str
    task: str
    who: str
    mine: bool
    status: str
    deadline: ShownDeadline


@require_GET
@staff
def show_queue(request: HttpRequest, official: Official) -> HttpResponse:
    """`GET /`: parameters `state`, `mine`, `role`, `q`, `page`."""
    wanted = _wanted(request, official)
    language = get_language() or country().default_language
    pages = Paginator(queue(official=official, wanted=wanted), PAGE_SIZE)
    page = pages.get_page(request.GET.get("page"))
    found = rows(list(page.object_list), at=clock.now())
    query = {"state": wanted.state, "mine": "1" if wanted.mine else "", "role": wanted.role, "q": wanted.text}
    context = {
        "official": official,
        "wanted": wanted,
        "rows": [_row(one, official=official, language=language) for one in found],
        "page": page,
        "query": urlencode({name: value for name, value in query.items() if value}) + "&",
        "roles": [(role, text.in_(language)) for role, text in country().roles.items()],
        "total": pages.count,
    }
    return render(request, "backoffice/queue.html", context)


def _wanted(request: HttpRequest, official: Official) -> Wanted:
    del official
    state, role = request.GET.get("state", "open"), request.GET.get("role", "")
    text = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    return Wanted(
        # Who looks for one dossier wants it found, whatever its state is.
        state=state if state in STATES else "open",
        mine=request.GET.get("mine") == "1",
        role=role if role in country().roles else "",
        text=text,
    )


def _row(row: QueueRow, *, official: Official, language: str) -> ShownRow:
    dossier, step = row.dossier, row.step
    who = ""
    if step is not None:
        step.dossier = dossier
        who = who_has(step, language=language)
    return ShownRow(
        code=dossier.code,
        applicant=dossier.applicant_name,
        procedure=procedure_of(dossier).name.in_(language),
        task=step_words(step, language=language) if step else "",
        who=who,
        mine=step is not None and step.official_id == official.pk,
        status=status_words(dossier.status),
        deadline=shown(row.deadline),
    )
