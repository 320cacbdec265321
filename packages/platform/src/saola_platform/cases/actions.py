"""What officials do with a dossier. Each is one transaction, may be sent twice, and notices when it was overtaken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from saola_blueprint.schema import Outcome

from saola_platform.cases import events, jobs, progress
from saola_platform.cases.declarations import procedure_of, task_of
from saola_platform.cases.errors import (
    CompletionAlreadyRequested,
    NoSuchDossier,
    NotYourTask,
    OutcomeNotOffered,
    Overtaken,
    ReasonMissing,
)
from saola_platform.cases.models import CompletionRequest, Decision, Dossier, KeptDocument, Official, Step
from saola_platform.cases.operations.papers import OWNER
from saola_platform.documents.api import keep_own
from saola_platform.kernel import audit

PDF = "application/pdf"
LONGEST_REASON = 4000


@dataclass(frozen=True, slots=True)
class Choice:
    """What an official chose at a step, having seen the dossier at `version`.

    `documents` are ids of required documents to be handed in again; `signed` is the PDF that the official signed.
    """

    code: str
    step: int
    version: int
    outcome: str
    reason: str = ""
    documents: Sequence[str] = ()
    signed: bytes | None = None


def decide(*, official: Official, choice: Choice, at: datetime) -> Dossier:
    """Finish a step with an outcome that its task offers.

    Sent twice by the same person it counts once. Raises `NoSuchDossier`, `NotYourTask`, `OutcomeNotOffered`,
    `ReasonMissing`, `CompletionAlreadyRequested`, `Overtaken`; then nothing changed.
    """
    with transaction.atomic():
        dossier = _locked(code=choice.code, official=official)
        step = _step(dossier=dossier, choice=choice)
        if step.closed_at is not None:
            return _repeated(step=step, official=official, choice=choice)
        outcome = checked_outcome(dossier=dossier, step=step, official=official, choice=choice)
        if outcome.signs and choice.signed is None:
            raise OutcomeNotOffered(_("This decision needs your signature on the document."))
        _record(dossier=dossier, step=step, official=official, choice=choice, outcome=outcome, at=at)
        jobs.want_delivery(dossier=dossier.pk)
        return dossier


def check(*, official: Official, choice: Choice) -> None:
    """Raise what `decide` would raise, before the official is sent away to sign."""
    dossier = Dossier.objects.filter(code=choice.code, organisation=official.organisation).first()
    if dossier is None:
        raise NoSuchDossier(choice.code)
    step = _step(dossier=dossier, choice=choice)
    if step.closed_at is not None:
        _repeated(step=step, official=official, choice=choice)
    checked_outcome(dossier=dossier, step=step, official=official, choice=choice)


def checked_outcome(*, dossier: Dossier, step: Step, official: Official, choice: Choice) -> Outcome:
    """The declared outcome, if this official may choose it here and now."""
    if not may_work_on(step=step, official=official):
        raise NotYourTask(_("This step belongs to the role “%(role)s”.") % {"role": step.role})
    if dossier.version != choice.version:
        raise Overtaken(_("The dossier has changed since you opened it. Nothing was decided yet."))
    outcome = task_of(procedure=procedure_of(dossier), node=step.node).outcome(choice.outcome)
    if outcome is None:
        raise OutcomeNotOffered(_("This decision is not possible at this step."))
    if used_up(dossier=dossier, outcome=outcome):
        raise CompletionAlreadyRequested(
            _("This may be chosen %(count)d time(s) in one case, and it was. Decide on what is there.")
            % {"count": outcome.at_most or 0}
        )
    if outcome.reason and not choice.reason.strip():
        raise ReasonMissing(_("Write a reason that the applicant or your colleague will understand."))
    if len(choice.reason) > LONGEST_REASON or "\x00" in choice.reason:
        raise ReasonMissing(_("The text may have at most %(count)d characters.") % {"count": LONGEST_REASON})
    return outcome


def may_work_on(*, step: Step, official: Official) -> bool:
    """Whether the step is for a role and an organisation of this official."""
    ours = official.active and official.organisation == step.dossier.organisation
    return ours and step.kind == "user" and step.role in official.roles


def used_up(*, dossier: Dossier, outcome: Outcome) -> bool:
    """Whether an outcome was chosen as often as the country allows."""
    if outcome.at_most is None:
        return False
    return Decision.objects.filter(step__dossier=dossier, outcome=outcome.id).count() >= outcome.at_most


def try_again(*, official: Official, code: str, step: int) -> None:
    """Run a failed operation now instead of at its next time."""
    found = Step.objects.filter(pk=step, dossier__code=code, dossier__organisation=official.organisation).first()
    if found is None or found.kind != "service" or found.closed_at is not None:
        raise NoSuchDossier(code)
    jobs.want_operation_now(step=found.pk)
    audit.record(
        action="operation-retried", person=official.personal_number, detail={"dossier": code, "step": found.node}
    )


def _locked(*, code: str, official: Official) -> Dossier:
    dossier = Dossier.objects.select_for_update().filter(code=code, organisation=official.organisation).first()
    if dossier is None:
        raise NoSuchDossier(_("There is no dossier %(code)s in your organisation.") % {"code": code})
    return dossier


def _step(*, dossier: Dossier, choice: Choice) -> Step:
    step = dossier.steps.filter(pk=choice.step).first()
    if step is None:
        raise NoSuchDossier(_("The dossier has no such step."))
    step.dossier = dossier
    return step


def _repeated(*, step: Step, official: Official, choice: Choice) -> Dossier:
    decision = Decision.objects.filter(step=step).select_related("official").first()
    if decision is not None and decision.official_id == official.pk and decision.outcome == choice.outcome:
        return step.dossier
    who = decision.name if decision else _("The system")
    raise Overtaken(_("%(who)s finished this step while you were looking at it.") % {"who": who})


def _record(
    *, dossier: Dossier, step: Step, official: Official, choice: Choice, outcome: Outcome, at: datetime
) -> None:
    Decision.objects.create(
        step=step,
        official=official,
        name=official.name,
        title=official.title,
        outcome=outcome.id,
        reason=choice.reason.strip(),
        at=at,
    )
    if outcome.signs and choice.signed is not None:
        _keep_signed(dossier=dossier, step=step, name=outcome.signs, content=choice.signed, at=at)
    progress.finish(step=step, outcome=outcome.id, at=at)
    _ask_applicant(dossier=dossier, choice=choice, at=at)
    if outcome.status and dossier.ended_at is None and not events.told_now(dossier=dossier, kind=outcome.status, at=at):
        message = choice.reason.strip() if dossier.status == Dossier.Status.WAITING else ""
        events.tell(dossier=dossier, kind=outcome.status, at=at, message=message, official=official)
    detail = {"dossier": dossier.code, "step": step.node, "outcome": outcome.id}
    audit.record(action="dossier-decided", person=official.personal_number, detail=detail)


def _ask_applicant(*, dossier: Dossier, choice: Choice, at: datetime) -> None:
    """When the decision stopped the clock, the reason is what the applicant is asked for."""
    if dossier.status != Dossier.Status.WAITING:
        return
    waiting = dossier.steps.filter(closed_at__isnull=True, kind="user").order_by("-pk").first()
    if waiting is not None and not hasattr(waiting, "completion_request"):
        CompletionRequest.objects.create(
            dossier=dossier,
            step=waiting,
            message=choice.reason.strip(),
            documents=list(choice.documents)[:100],
            asked_at=at,
        )


def _keep_signed(*, dossier: Dossier, step: Step, name: str, content: bytes, at: datetime) -> None:
    before = dossier.documents.filter(name=name).order_by("-pk").first()
    info = keep_own(owner=OWNER, name=f"{dossier.code}-{name}.pdf", media_type=PDF, content=content, at=at)
    KeptDocument.objects.create(
        dossier=dossier,
        name=name,
        form="signed",
        title=before.title if before else {},
        file_id=info.id,
        sha256=info.sha256,
        step=step,
        made_at=at,
    )
