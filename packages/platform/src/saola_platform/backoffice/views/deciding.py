"""Decisions: sent as plain forms, safe to send twice; a decision that needs a signature goes by way of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from saola_platform.backoffice.gate import staff
from saola_platform.backoffice.signatures import come_back, send_to_sign
from saola_platform.backoffice.views.dossiers import dossier_page
from saola_platform.cases.api import (
    CaseError,
    Choice,
    NoSuchDossier,
    Official,
    check,
    decide,
    dossier_for,
    procedure_of,
    task_of,
    try_again,
)
from saola_platform.errors import PlatformError
from saola_platform.kernel import clock
from saola_platform.kernel.country import country
from saola_platform.kernel.posting import takes_form_of


@takes_form_of("backoffice:dossier", named="code")
@staff
def take_decision(request: HttpRequest, official: Official, code: str, step: int) -> HttpResponse:
    """`POST /dossiers/{code}/steps/{step}/decision`: fields `outcome`, `version`, `reason`, `documents`."""
    choice = _choice(request, code=code, step=step)
    try:
        signs = _signs(official=official, choice=choice)
        if signs is None:
            decide(official=official, choice=choice, at=clock.now())
            messages.success(request, _("Your decision is recorded."))
            return redirect("backoffice:dossier", code=code)
        check(official=official, choice=choice)
        return HttpResponseRedirect(_to_sign(request, official=official, choice=choice, name=signs))
    except NoSuchDossier:
        raise
    except PlatformError as error:
        shown = {"text": error.detail, "href": f"#reason-{choice.outcome}" if choice.outcome else "#decisions"}
        status = error.status if isinstance(error, CaseError) else 502
        return dossier_page(request, official=official, code=code, errors=[shown], status=status)


@require_GET
@staff
def signed(request: HttpRequest, official: Official) -> HttpResponse:
    """`GET /signed?signing_request=…`: the browser is back from signing; the decision is taken now."""
    found = come_back(request, official=official)
    if found is None:
        messages.warning(request, _("This signature is not known here. Nothing was decided."))
        return redirect("backoffice:queue")
    under_way, outcome = found
    if outcome.status != "signed" or outcome.content is None:
        messages.warning(request, _not_signed(outcome.status, reason=outcome.reason))
        return redirect("backoffice:dossier", code=under_way.code)
    choice = Choice(
        code=under_way.code,
        step=under_way.step,
        version=under_way.version,
        outcome=under_way.outcome,
        reason=under_way.reason,
        signed=outcome.content,
    )
    try:
        decide(official=official, choice=choice, at=clock.now())
    except CaseError as error:
        messages.error(request, _("Your signature was not used: %(why)s") % {"why": error.detail})
        return redirect("backoffice:dossier", code=under_way.code)
    messages.success(request, _("You signed the document. The result is on its way to the applicant."))
    return redirect("backoffice:dossier", code=under_way.code)


@takes_form_of("backoffice:dossier", named="code")
@staff
def retry(request: HttpRequest, official: Official, code: str, step: int) -> HttpResponse:
    """`POST /dossiers/{code}/steps/{step}/retry`: run a failed operation now."""
    try_again(official=official, code=code, step=step)
    messages.info(request, _("It is being tried again. Reload the page in a moment."))
    return redirect("backoffice:dossier", code=code)


def _choice(request: HttpRequest, *, code: str, step: int) -> Choice:
    version = request.POST.get("version", "")
    return Choice(
        code=code,
        step=step,
        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
        outcome=request.POST.get("outcome", "")[:60],
        reason=request.POST.get("reason", "").replace("\r\n", "\n"),
        documents=[one[:100] for one in request.POST.getlist("documents")][:100],
    )


def _signs(*, official: Official, choice: Choice) -> str | None:
    """The document that the chosen outcome signs, None when it signs none."""
    dossier = dossier_for(official=official, code=choice.code)
    step = dossier.steps.filter(pk=choice.step, closed_at__isnull=True).first()
    if step is None or step.kind != "user":
        return None  # closed meanwhile, or not a person's: the decision itself says so
    outcome = task_of(procedure=procedure_of(dossier), node=step.node).outcome(choice.outcome)
    return outcome.signs if outcome else None


def _to_sign(request: HttpRequest, *, official: Official, choice: Choice, name: str) -> str:
    language = get_language() or country().default_language
    dossier = dossier_for(official=official, code=choice.code)
    return send_to_sign(request, dossier=dossier, choice=choice, name=name, language=language)


def _not_signed(status: str, *, reason: str) -> str:
    if status == "refused":
        return _("You did not sign. Nothing was decided. %(reason)s") % {"reason": reason}
    if status == "expired":
        return _("The time for signing ran out. Nothing was decided; start again.")
    return _("The signature is not finished yet. Reload this page in a moment, or start again.")
