"""Filling in an application: begin, the list of parts, each section, the competent authority."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods
from saola_blueprint.rules import FieldProblem

from saola_platform.kernel import clock
from saola_platform.kernel.country import country
from saola_platform.kernel.exchange import exchange
from saola_platform.kernel.posting import takes_form_of
from saola_platform.kernel.signin import kept_input, signed_in
from saola_platform.portal.applying import actions, overview
from saola_platform.portal.applying.drafts import Application, open_drafts
from saola_platform.portal.applying.forms import SectionForm
from saola_platform.portal.applying.origin import origins
from saola_platform.portal.applying.prefill import fixed_answers
from saola_platform.portal.catalogue.description import describe
from saola_platform.portal.views.desk import as_file, desk_of, language


@require_http_methods(["GET", "POST"])
@signed_in(level="substantial")
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Say what will be read and on which ground; begin when the person says so."""
    found = country().procedures.get(code)
    if found is None or not found.online:
        raise Http404
    desk = desk_of(request)
    if request.method == "POST":
        application = actions.begin(desk=desk, procedure=found)
        return HttpResponseRedirect(reverse("portal:application", args=[application.row.id]))
    drafts = [one for one in open_drafts(owner=desk.owner) if one.procedure == code]
    context = {
        "service": describe(found, country=desk.country, language=desk.language, at=desk.at),
        "lookups": overview.lookups_announced(procedure=found, country=desk.country, language=desk.language),
        "drafts": drafts,
    }
    return render(request, "portal/applying/start.html", context)


@require_GET
@signed_in(level="substantial")
def overview_page(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The parts of the application and how far each is."""
    application = desk_of(request).open(draft_id)
    return render(
        request, "portal/applying/overview.html", _common(application) | overview.parts(application, language())
    )


@require_http_methods(["GET", "POST"])
@signed_in(level="substantial")
def authority(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Which organisation the application goes to."""
    desk = desk_of(request)
    application = desk.open(draft_id)
    errors = []
    if request.method == "POST":
        if actions.choose_authority(desk=desk, draft_id=draft_id, code=request.POST.get("authority", "")):
            return HttpResponseRedirect(overview.next_url(desk.open(draft_id), after="authority"))
        errors = [{"text": gettext("Choose where your application goes"), "href": "#id_authority_1"}]
    options = [
        {
            "code": one.code,
            "name": one.name.in_(desk.language),
            "address": one.address.in_(desk.language) if one.address else "",
        }
        for one in application.authorities()
    ]
    context = _common(application) | {"options": options, "chosen": application.row.destination, "errors": errors}
    return render(request, "portal/applying/authority.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in(level="substantial")
def section(request: HttpRequest, draft_id: uuid.UUID, section_id: str) -> HttpResponse:
    """One section: show it with where its values come from, or take what was typed."""
    application = desk_of(request).open(draft_id)
    application.section(section_id)
    if request.method == "POST":
        return _take_section(request, application, section_id)
    typed = kept_input(request) or _typed(application, section_id)
    form = _form(application, section_id, data=typed)
    if typed is not None:
        _check(application, section_id, form)
    return _section_page(request, application, section_id, form)


@takes_form_of("portal:application", named="draft_id")
@signed_in(level="substantial")
def read_again(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Repeat the reads that brought nothing."""
    application = actions.read_registers(desk=desk_of(request), draft_id=draft_id, again=True)
    failed = [one for one in application.known.reads.values() if one.state in {"unavailable", "refused"}]
    if failed:
        messages.warning(request, gettext("There is still no answer. You can fill in these fields yourself."))
    else:
        messages.success(request, gettext("The registers have answered."))
    where = request.POST.get("section", "")
    if any(one.id == where for one in application.sections()):
        return HttpResponseRedirect(reverse("portal:section", args=[draft_id, where]))
    return HttpResponseRedirect(reverse("portal:application", args=[draft_id]))


@require_GET
@signed_in(level="substantial")
def evidence(request: HttpRequest, draft_id: uuid.UUID, message_id: str) -> HttpResponse:
    """The signed answer of a register that filled fields of this application."""
    application = desk_of(request).open(draft_id)
    if message_id not in {one.message_id for one in application.known.reads.values()}:
        raise Http404
    content = exchange().evidence(message_id=message_id, kind="response")
    return as_file(content=content, media_type="application/vnd.etsi.asic-e+zip", name=f"{message_id}.asice")


@require_http_methods(["GET", "POST"])
@signed_in(level="substantial")
def discard(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Delete an unsent application, after asking."""
    desk = desk_of(request)
    application = desk.open(draft_id)
    if request.method == "POST":
        actions.discard(desk=desk, draft_id=draft_id)
        messages.success(request, gettext("The unfinished application was deleted."))
        return HttpResponseRedirect(reverse("portal:dossiers"))
    return render(request, "portal/applying/discard.html", _common(application))


def _take_section(request: HttpRequest, application: Application, section_id: str) -> HttpResponse:
    desk, draft_id = desk_of(request), application.row.id
    form = _form(application, section_id, data=request.POST)
    given, problems = _check(application, section_id, form)
    later = request.POST.get("action") == "later"
    if form.errors:
        actions.keep_typed(desk=desk, draft_id=draft_id, section_id=section_id, typed=_pairs(request.POST))
        if later:
            return HttpResponseRedirect(reverse("portal:application", args=[draft_id]))
        return _section_page(request, application, section_id, form, status=422)
    before = {one.path for one in application.questions(section_id)}
    after = actions.save_answers(desk=desk, draft_id=draft_id, section_id=section_id, given=given, done=not later)
    for problem in problems:
        if problem.severity == "warning":
            messages.warning(request, problem.message.in_(language()))
    if later:
        return HttpResponseRedirect(reverse("portal:application", args=[draft_id]))
    opened = [one for one in after.questions(section_id) if one.path not in before]
    if opened:
        # Without scripts, questions that follow from an answer appear once it is saved.
        messages.info(request, gettext("Your answers lead to further questions on this page."))
        return HttpResponseRedirect(f"{reverse('portal:section', args=[draft_id, section_id])}#div_id_{opened[0].id}")
    return HttpResponseRedirect(overview.next_url(after, after=section_id))


def _check(application: Application, section_id: str, form: SectionForm) -> tuple[dict[str, Any], list[FieldProblem]]:
    """What was typed as answers, with the blueprint's findings put at their fields.

    A required question that the same page is only now leading to is not held against anybody.
    """
    form.is_valid()
    given = form.typed_answers()
    problems: list[FieldProblem] = actions.problems_of(application=application, section_id=section_id, given=given)
    form.add_problems(problems, language=language())
    return given, problems


def _form(application: Application, section_id: str, *, data: QueryDict | None) -> SectionForm:
    found = origins(
        country=application.country, procedure=application.procedure, known=application.known, language=language()
    )
    return SectionForm(
        questions=application.questions(section_id),
        language=language(),
        origins=found,
        fixed=fixed_answers(procedure=application.procedure, known=application.known),
        evidence_url=reverse("portal:evidence", args=[application.row.id, "MESSAGE"]),
        answers=application.answers,
        data=data,
    )


def _section_page(
    request: HttpRequest, application: Application, section_id: str, form: SectionForm, *, status: int = 200
) -> HttpResponse:
    found = application.section(section_id)
    sections = application.sections()
    context = _common(application) | {
        "section": found,
        "title": found.title.in_(language()),
        "help": found.help.in_(language()) if found.help else "",
        "number": sections.index(found) + 1,
        "total": len(sections),
        "form": form,
        "errors": form.summary() if form.is_bound else [],
        "silent": overview.silent_registers(application, section_id=section_id, language=language()),
    }
    return render(request, "portal/applying/section.html", context, status=status)


def _common(application: Application) -> dict[str, Any]:
    return {
        "application": application,
        "draft": application.row,
        "service_name": application.procedure.name.in_(language()),
        "now": clock.now(),
    }


def _typed(application: Application, section_id: str) -> QueryDict | None:
    pairs = application.row.typed.get(section_id)
    if not pairs:
        return None
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    return data


def _pairs(data: QueryDict) -> list[tuple[str, str]]:
    skipped = {"csrfmiddlewaretoken", "action"}
    return [(name, str(value)) for name, values in data.lists() if name not in skipped for value in values]
