"""Reading what the tasks of a workflow mean: outcomes of user tasks, operations of service tasks."""

from __future__ import annotations

from pathlib import Path

from saola_blueprint.loader.procedure_texts import ProcedureTexts
from saola_blueprint.loader.records import Record
from saola_blueprint.loader.sources import labels_of, read_sources
from saola_blueprint.schema.forms import Form
from saola_blueprint.schema.procedures import (
    DocumentDeliver,
    DocumentRender,
    DocumentSeal,
    Operation,
    Outcome,
    RegisterCreate,
    Task,
)
from saola_blueprint.schema.workflow import Workflow

KINDS = ("register.create", "document.render", "document.seal", "document.deliver")
STATUSES = ("completion-requested", "completed", "in-progress", "decided", "refused")


def read_task(name: str, record: Record, texts: ProcedureTexts, workflow: Workflow | None) -> Task:
    """One user task; its role is the lane it stands in."""
    node = workflow.nodes.get(name) if workflow else None
    return Task(
        id=name,
        name=texts.text(f"tasks/{name}/name"),
        role=(node.lane or "") if node else "",
        outcomes=tuple(_outcome(name, outcome, one, texts) for outcome, one in record.named("outcomes")),
        shows=record.words("shows"),
        pauses_clock=record.flag("pauses_clock", default=False),
        place=record.place,
    )


def _outcome(task: str, name: str, record: Record, texts: ProcedureTexts) -> Outcome:
    return Outcome(
        id=name,
        label=texts.text(f"tasks/{task}/outcomes/{name}"),
        reason=record.flag("reason", default=False),
        at_most=record.integer_or_none("at_most"),
        signs=record.text_or_none("signs"),
        status=record.one_of("status", STATUSES) if record.has("status") else record.text_or_none("status"),
    )


def read_operation(name: str, record: Record, texts: ProcedureTexts, *, folder: Path, form: Form | None) -> Operation:
    """One service task's work, by its kind."""
    labels = labels_of(form)
    match record.one_of("kind", KINDS):
        case "document.render":
            return DocumentRender(
                id=name,
                template=folder / record.text("template"),
                data=read_sources(record, "data", labels),
                keep=record.text("keep"),
                title=texts.text(f"operations/{name}/title"),
                place=record.place,
            )
        case "document.seal":
            return DocumentSeal(name, record.text("document"), record.place)
        case "document.deliver":
            return DocumentDeliver(name, record.text("document"), texts.text(f"operations/{name}/title"), record.place)
        case _:
            return RegisterCreate(
                id=name,
                register=record.text("register"),
                data=read_sources(record, "data", labels),
                legal_ground=texts.text(f"operations/{name}/legal_ground"),
                keep=record.plain("keep"),
                place=record.place,
            )
