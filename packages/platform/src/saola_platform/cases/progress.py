"""Moves a dossier along: what the engine says is open becomes steps, jobs, pauses and, in the end, an outcome.

Every function here runs inside the caller's transaction, with the dossier's row locked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Count, Q
from saola_blueprint.calendar import Pause

from saola_platform.cases import clock, events, jobs
from saola_platform.cases.declarations import due, procedure_of
from saola_platform.cases.engine import APPLICANT_LANE, Engine, OpenTask, Position, SpiffEngine
from saola_platform.cases.errors import ModelRefused
from saola_platform.cases.models import Decision, Dossier, Official, OperationRun, Step, WorkflowState
from saola_platform.kernel.country import country

ENGINE_NAME = "spiff"
_engine: list[Engine] = [SpiffEngine()]


def engine() -> Engine:
    """The workflow engine in use."""
    return _engine[-1]


@contextmanager
def using(other: Engine) -> Iterator[Engine]:
    """For tests: within the block `other` is the engine."""
    _engine.append(other)
    try:
        yield other
    finally:
        _engine.pop()


def begin(*, dossier: Dossier, at: datetime) -> None:
    """Start the procedure's workflow for a new dossier."""
    workflow_file = procedure_of(dossier).workflow_file
    if workflow_file is None:
        raise ModelRefused(f"The procedure {dossier.procedure} has no workflow.")
    source = workflow_file.read_bytes()
    position = engine().start(source=source, variables={"outcome": ""})
    WorkflowState.objects.create(dossier=dossier, engine=ENGINE_NAME, state=position.state, model=source)
    _enter(dossier=dossier, position=position, at=at)


def finish(*, step: Step, outcome: str, at: datetime, variables: Mapping[str, object] | None = None) -> None:
    """Close a step with its outcome and open what follows; raises what the engine raises, and then nothing changed."""
    dossier = step.dossier
    workflow = WorkflowState.objects.get(dossier=dossier)
    values = {"outcome": outcome, step.node.replace("-", "_"): outcome, "kept": dossier.kept, **(variables or {})}
    position = engine().complete(state=workflow.state, task=step.task, variables=values)
    step.outcome, step.closed_at = outcome, at
    step.save(update_fields=["outcome", "closed_at"])
    workflow.state = position.state
    workflow.save(update_fields=["state"])
    _enter(dossier=dossier, position=position, at=at)


def _enter(*, dossier: Dossier, position: Position, at: datetime) -> None:
    known = set(dossier.steps.values_list("task", flat=True))
    for task in position.open:
        if task.id not in known:
            _open(dossier=dossier, task=task, at=at)
    _set_clock(dossier=dossier, open_tasks=position.open, at=at)
    if position.ended:
        _end(dossier=dossier, end=position.end or "", at=at)
    dossier.version += 1
    dossier.save()


def _open(*, dossier: Dossier, task: OpenTask, at: datetime) -> None:
    step = Step.objects.create(
        dossier=dossier,
        task=task.id,
        node=task.node,
        kind=task.kind,
        role=task.role,
        official=_who(dossier=dossier, task=task),
        opened_at=at,
    )
    if task.kind == "service":
        OperationRun.objects.create(step=step, operation=task.node)
        jobs.want_operation(step=step.pk)


def _who(*, dossier: Dossier, task: OpenTask) -> Official | None:
    """The named person for a step: who had it before, else who has the role and the least open work."""
    if task.kind != "user" or task.role == APPLICANT_LANE:
        return None
    may = [
        one for one in Official.objects.filter(active=True, organisation=dossier.organisation) if task.role in one.roles
    ]
    before = dossier.steps.filter(node=task.node, official__in=may).order_by("-id").first()
    if before is not None:
        return before.official
    busy = Count("steps", filter=Q(steps__closed_at__isnull=True))
    ids = [one.pk for one in may]
    return Official.objects.filter(pk__in=ids).annotate(busy=busy).order_by("busy", "personal_number").first()


def _set_clock(*, dossier: Dossier, open_tasks: tuple[OpenTask, ...], at: datetime) -> None:
    tasks = procedure_of(dossier).tasks
    pauses = any(task.node in tasks and tasks[task.node].pauses_clock for task in open_tasks)
    if pauses and dossier.status != Dossier.Status.WAITING:
        dossier.status = Dossier.Status.WAITING
        if dossier.due_at is not None:
            dossier.remaining_hours = clock.hours_left(calendar=country().calendar, due=dossier.due_at, at=at)
        dossier.due_at = _due(dossier, asked_at=at)
    elif not pauses and dossier.status == Dossier.Status.WAITING:
        dossier.status = Dossier.Status.IN_PROGRESS
        dossier.remaining_hours = None
        dossier.due_at = _due(dossier)


def _due(dossier: Dossier, *, asked_at: datetime | None = None) -> datetime | None:
    requests = dossier.completion_requests.filter(answered_at__isnull=False)
    pauses = [Pause(one.asked_at, one.answered_at) for one in requests]
    if asked_at is not None:
        pauses.append(Pause(asked_at, None))
    return due(procedure=procedure_of(dossier), received=dossier.received_at, pauses=pauses)


def _end(*, dossier: Dossier, end: str, at: datetime) -> None:
    if dossier.ended_at is not None:
        raise ModelRefused("The process has ended before; it cannot end twice.")
    dossier.ended_at = at
    if end.startswith("refus"):
        dossier.status = Dossier.Status.REFUSED
        decided = _last_reason(dossier)
        official = decided.official if decided else None
        events.tell(
            dossier=dossier, kind="refused", at=at, message=decided.reason if decided else "", official=official
        )
    elif end.startswith("withdraw"):
        dossier.status = Dossier.Status.WITHDRAWN
        events.tell(dossier=dossier, kind="withdrawn", at=at)
    else:
        dossier.status = Dossier.Status.GRANTED
        if not events.told(dossier=dossier, kind="decided"):
            tell_decided(dossier=dossier, at=at)


def tell_decided(*, dossier: Dossier, at: datetime) -> None:
    """Tell the applicant that it was granted, naming the official who decided last."""
    last = Decision.objects.filter(step__dossier=dossier).order_by("-at", "-pk").first()
    events.tell(dossier=dossier, kind="decided", at=at, official=last.official if last else None)


def _last_reason(dossier: Dossier) -> Decision | None:
    return Decision.objects.filter(step__dossier=dossier).exclude(reason="").order_by("-at", "-pk").first()
