"""Runs the operation behind a service step so that it may be killed at any moment and be run again.

    1  the effect, outside any transaction, under an idempotency key
    2  its result stored (one transaction)
    3  the process moved on (one transaction)

Killed before 2: the effect is repeated and, having the same key, changes nothing. Killed between 2 and 3: the
stored result is used, the effect is not repeated. Killed after 3: the step is closed and the job does nothing.

What is written is what held when the step was opened, however late the job gets through: a repetition after
midnight must not send another day under the same key.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from saola_platform.cases import events, jobs, progress
from saola_platform.cases.errors import OperationRefused
from saola_platform.cases.models import Dossier, KeptDocument, OperationRun
from saola_platform.cases.operations import Made, OperationResult, perform
from saola_platform.cases.operations.papers import OWNER
from saola_platform.documents.api import keep_own
from saola_platform.errors import PlatformError
from saola_platform.kernel import audit

PDF = "application/pdf"


def run_operation(*, step: int, at: datetime) -> None:
    """Run it, or go on from where an earlier run was stopped; raises what makes the worker try again later."""
    run = OperationRun.objects.select_related("step__dossier").get(step_id=step)
    if run.step.closed_at is not None:
        return
    if run.result is None:
        _store(run=run, result=_perform(run=run, at=at), at=at)
    _go_on(step=step, at=at)


def _perform(*, run: OperationRun, at: datetime) -> OperationResult:
    try:
        return perform(dossier=run.step.dossier, operation=run.operation, at=run.step.opened_at)
    except PlatformError as exc:
        OperationRun.objects.filter(pk=run.pk).update(
            attempts=run.attempts + 1,
            last_error=exc.detail[:2000],
            refused=isinstance(exc, OperationRefused),
            tried_at=at,
        )
        raise


@transaction.atomic
def _store(*, run: OperationRun, result: OperationResult, at: datetime) -> None:
    locked = OperationRun.objects.select_for_update().get(pk=run.pk)
    if locked.result is not None:
        return  # another run of the same job was faster; its result counts
    if result.made is not None:
        keep_document(run=locked, made=result.made, at=at)
    locked.attempts += 1
    locked.result = {"kept": dict(result.kept), "note": dict(result.note), "tells": result.tells}
    locked.last_error, locked.refused, locked.tried_at, locked.finished_at = "", False, at, at
    locked.save()


@transaction.atomic
def _go_on(*, step: int, at: datetime) -> None:
    run = OperationRun.objects.select_related("step").get(step_id=step)
    dossier = Dossier.objects.select_for_update().get(pk=run.step.dossier_id)
    run.step.refresh_from_db()
    if run.step.closed_at is not None or run.result is None:
        return
    run.step.dossier = dossier
    dossier.kept = {**dossier.kept, **run.result["kept"]}
    if run.result["tells"] and not events.told(dossier=dossier, kind=run.result["tells"]):
        if not events.told(dossier=dossier, kind="decided"):
            progress.tell_decided(dossier=dossier, at=at)
        events.tell(dossier=dossier, kind=run.result["tells"], at=at)
    progress.finish(step=run.step, outcome="done", at=at)
    audit.record(action="operation-done", detail={"dossier": dossier.code, "operation": run.operation})
    jobs.want_delivery(dossier=dossier.pk)


def keep_document(*, run: OperationRun, made: Made, at: datetime) -> KeptDocument:
    """Keep a document that an operation made, in the caller's transaction."""
    dossier = run.step.dossier
    name = f"{dossier.code}-{made.name}.pdf"
    info = keep_own(owner=OWNER, name=name, media_type=PDF, content=made.content, at=at)
    return KeptDocument.objects.create(
        dossier=dossier,
        name=made.name,
        form=made.form,
        title=dict(made.title),
        file_id=info.id,
        sha256=hashlib.sha256(made.content).hexdigest(),
        step=run.step,
        made_at=at,
    )
