"""What an official may do now, what happened so far, and how far the process is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from saola_blueprint.schema import DocumentDeliver, DocumentRender, DocumentSeal, Outcome, RegisterCreate

from saola_platform.backoffice.presenting.deadlines import moment
from saola_platform.cases.api import (
    Dossier,
    Official,
    OperationRun,
    Step,
    history,
    may_work_on,
    model_of,
    procedure_of,
    task_of,
    text_in,
    used_up,
)
from saola_platform.kernel.country import country


@dataclass(frozen=True, slots=True)
class Offer:
    """A decision that may be taken: `asks_documents` lets the official name papers, `spent` says why it is closed."""

    id: str
    label: str
    reason: bool
    signs: str | None
    asks_documents: bool
    spent: str
    first: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """The open step of an official, with what it shows and the decisions it offers."""

    step: Step
    name: str
    offers: tuple[Offer, ...]
    shows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the process for the progress picture; `state` is done, current or waiting."""

    node: str
    title: str
    state: str
    who: str


def role_name(role: str, *, language: str) -> str:
    """A role in words."""
    text = country().roles.get(role)
    return text.in_(language) if text else role


def desk_for(*, dossier: Dossier, official: Official, steps: list[Step], language: str) -> Desk | None:
    """What this official may decide now; None when the dossier is with somebody else."""
    for step in steps:
        if may_work_on(step=step, official=official):
            task = task_of(procedure=procedure_of(dossier), node=step.node)
            stops = _outcomes_that_stop_the_clock(dossier, step)
            offers = tuple(
                _offer(one, dossier=dossier, first=place == 0, stops=one.id in stops, language=language)
                for place, one in enumerate(task.outcomes)
            )
            return Desk(step=step, name=task.name.in_(language), offers=offers, shows=task.shows)
    return None


def _offer(outcome: Outcome, *, dossier: Dossier, first: bool, stops: bool, language: str) -> Offer:
    spent = ""
    if used_up(dossier=dossier, outcome=outcome):
        spent = _("Not possible again: the applicant was asked before, and the rules allow it %(count)d time(s).") % {
            "count": outcome.at_most or 0
        }
    return Offer(
        id=outcome.id,
        label=outcome.label.in_(language),
        reason=outcome.reason,
        signs=outcome.signs,
        asks_documents=stops,
        spent=spent,
        first=first,
    )


def _outcomes_that_stop_the_clock(dossier: Dossier, step: Step) -> set[str]:
    tasks = procedure_of(dossier).tasks
    branches = model_of(dossier).node(step.node).branches
    return {outcome for outcome, target in branches if target in tasks and tasks[target].pauses_clock}


def stages(dossier: Dossier, *, language: str) -> list[Stage]:
    """The usual way of the process, with what happened beside it: done, current, or still to come."""
    steps = history(dossier)
    model, last = model_of(dossier), {one.node: one for one in steps}
    current = {one.node for one in steps if one.closed_at is None}
    usual = _usual_way(dossier)
    # Beside the usual way, or at the end, nobody can say that the rest of it is still to come.
    open_ended = dossier.ended_at is None and current <= {*usual, *_pausing(dossier)}
    order = [node for node in usual if node in last or open_ended]
    for before, step in zip([None, *steps], steps, strict=False):
        if step.node not in order:
            order.insert(order.index(before.node) + 1 if before else 0, step.node)
    return [
        Stage(
            node=node,
            title=_title(dossier, node, model.node(node).name, language),
            state="current" if node in current else "done" if node in last else "waiting",
            who=_("The system")
            if model.node(node).kind == "serviceTask"
            else role_name(model.node(node).role, language=language),
        )
        for node in order
    ]


def _usual_way(dossier: Dossier) -> list[str]:
    """The tasks in the order in which they come when each person chooses the first outcome offered."""
    model, tasks = model_of(dossier), procedure_of(dossier).tasks
    nodes = {node.id: node for node in model.nodes}
    way: list[str] = []
    current = next((node for node in model.nodes if node.kind == "startEvent"), None)
    while current is not None and current.id not in way:
        way.append(current.id)
        first = tasks[current.id].outcomes[0].id if current.id in tasks and tasks[current.id].outcomes else ""
        target = dict(current.branches).get(first) or next(iter(current.targets), "")
        current = nodes.get(target)
    return [node for node in way if nodes[node].kind in {"userTask", "serviceTask"}]


def _pausing(dossier: Dossier) -> set[str]:
    return {node for node, task in procedure_of(dossier).tasks.items() if task.pauses_clock}


def who_has(step: Step, *, language: str) -> str:
    """The named person of a step, else its role, else the system."""
    if step.kind == "service":
        return _("The system")
    return step.official.name if step.official else role_name(step.role, language=language)


def step_words(step: Step, *, language: str) -> str:
    """What has to be done at a step."""
    return _title(step.dossier, step.node, "", language)


def _title(dossier: Dossier, node: str, name: str, language: str) -> str:
    task = procedure_of(dossier).tasks.get(node)
    return task.name.in_(language) if task else operation_words(dossier, node, language=language) or name or node


def operation_words(dossier: Dossier, node: str, *, language: str) -> str:
    """What a service task does, in words made from its declaration."""
    operations = procedure_of(dossier).operations
    match operations.get(node):
        case RegisterCreate() as one:
            return _("Entry: %(register)s") % {"register": country().registers[one.register].name.in_(language)}
        case DocumentRender() as one:
            return _("Draw up: %(title)s") % {"title": one.title.in_(language)}
        case DocumentSeal():
            return _("Seal the document")
        case DocumentDeliver() as one:
            return _("Deliver: %(title)s") % {"title": one.title.in_(language)}
    return ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history; `error` is the technical reason why an operation has not succeeded yet."""

    title: str
    at: str
    by: str
    text: str
    state: str
    step: int
    error: str


def timeline(dossier: Dossier, *, language: str) -> list[Line]:
    """Everything that was done in the case, oldest first, with the open steps at the end."""
    lines = [Line(_("Application received"), moment(dossier.received_at), dossier.applicant_name, "", "done", 0, "")]
    lines += [_line(step, dossier=dossier, language=language) for step in history(dossier)]
    if dossier.ended_at is not None:
        lines.append(Line(status_words(dossier.status), moment(dossier.ended_at), "", "", "done", 0, ""))
    return lines


def _line(step: Step, *, dossier: Dossier, language: str) -> Line:
    step.dossier = dossier
    title = _title(dossier, step.node, "", language)
    decision = getattr(step, "decision", None)
    if decision is not None:
        label = task_of(procedure=procedure_of(dossier), node=step.node).outcome(decision.outcome)
        words = label.label.in_(language) if label else decision.outcome
        by = ", ".join(part for part in (decision.name, text_in(decision.title, language)) if part)
        return Line(f"{title}: {words}", moment(decision.at), by, decision.reason, "done", step.pk, "")
    if step.closed_at is not None:
        request = getattr(step, "completion_request", None)
        message = request.answer.get("message", "") if request else ""
        who = dossier.applicant_name if request else _("The system")
        return Line(title, moment(step.closed_at), who, message, "done", step.pk, "")
    run: OperationRun | None = getattr(step, "run", None)
    text = ""
    if run is not None and run.last_error:
        text = _failed(run)
    return Line(title, "", who_has(step, language=language), text, "current", step.pk, run.last_error if run else "")


def _failed(run: OperationRun) -> str:
    if run.refused:
        return _("The other side refused this. The operator has to mend it.")
    return _("Not done yet: the other side does not answer. It is tried again by itself.")


def status_words(status: str) -> str:
    """The status of a dossier in words."""
    words = {
        "in-progress": _("In progress"),
        "completion-requested": _("Waiting for the applicant"),
        "granted": _("Granted"),
        "refused": _("Refused"),
        "withdrawn": _("Withdrawn"),
    }
    return words.get(status, status)
