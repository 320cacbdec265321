"""Reading a procedure's folder: found by being there, nothing else lists it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from saola_blueprint.loader.country_files import read_legal_basis, read_record
from saola_blueprint.loader.dated import read_dated
from saola_blueprint.loader.forms import field_types, read_form
from saola_blueprint.loader.operations import read_operation, read_task
from saola_blueprint.loader.procedure_texts import ProcedureTexts
from saola_blueprint.loader.records import Findings, Languages, Record
from saola_blueprint.loader.rule_files import read_rules
from saola_blueprint.loader.sources import read_comparison
from saola_blueprint.loader.workflows import read_workflow
from saola_blueprint.schema.forms import Form
from saola_blueprint.schema.procedures import (
    CHANNELS,
    UNITS,
    Competence,
    Fee,
    Notice,
    Procedure,
    RequiredDocument,
    Result,
    TimeLimit,
)
from saola_blueprint.schema.registers import Choice
from saola_blueprint.schema.rulebook import Rulebook
from saola_blueprint.schema.workflow import Workflow

MEGABYTE = 1_000_000
DEFAULT_KINDS = ("application/pdf", "image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a procedure needs of its country while it is read."""

    findings: Findings
    languages: Languages
    libraries: tuple[str, ...]
    rules: Rulebook
    code_lists: Mapping[str, tuple[Choice, ...]]


def read_procedure(folder: Path, around: Surroundings) -> Procedure | None:
    """The procedure in `folder`; None, with findings, when procedure.yaml is unreadable."""
    texts = ProcedureTexts(folder, around.findings, around.languages)
    procedure = read_record(
        folder / "procedure.yaml",
        around.findings,
        around.languages,
        lambda record: _procedure(record, folder, texts, around),
    )
    texts.report_unused()
    return procedure


def _procedure(record: Record, folder: Path, texts: ProcedureTexts, around: Surroundings) -> Procedure:
    code = record.text("code")
    form = _form(folder, texts, around, code)
    workflow_file = folder / "workflow.bpmn"
    workflow = read_workflow(workflow_file, around.findings) if workflow_file.exists() else None
    level = record.one_of("level", ("full", "partial"))
    return Procedure(
        code=code,
        slug=folder.name,
        name=texts.text("name"),
        summary=texts.text("summary"),
        keywords=texts.words("keywords"),
        field_of_work=texts.text("field_of_work"),
        life_events=record.words("life_events"),
        level="full" if level == "full" else "partial",
        competent=Competence(record.text("competent")),
        owner=record.text("owner"),
        channels=record.words("channels", allowed=CHANNELS),
        fees=tuple(_fee(name, one, texts) for name, one in record.named("fees")),
        time_limit=read_dated(record, "time_limit", _time_limit),
        documents=tuple(_document(name, one, texts, form) for name, one in record.named("documents")),
        legal_basis=read_legal_basis(record),
        results=tuple(Result(one, texts.text(f"results/{one}")) for one in record.words("results")),
        folder=folder,
        since=record.date("since"),
        partial_reason=texts.text("partial_reason") if level == "partial" else None,
        notices=tuple(
            Notice(name, texts.text(f"notices/{name}"), one.words("parameters"))
            for name, one in record.named("notices")
        ),
        form=form,
        workflow_file=workflow_file if workflow_file.exists() else None,
        tasks={name: read_task(name, one, texts, workflow) for name, one in record.named("tasks")},
        operations={
            name: read_operation(name, one, texts, folder=folder, form=form) for name, one in record.named("operations")
        },
        rules=_rules(folder, around),
        place=record.place,
    )


def _form(folder: Path, texts: ProcedureTexts, around: Surroundings, code: str) -> Form | None:
    file = folder / "form.yaml"
    if not file.exists():
        return None
    return read_record(
        file,
        around.findings,
        around.languages,
        lambda record: read_form(record, texts, around.code_lists, f"procedure:{code}"),
    )


def _rules(folder: Path, around: Surroundings) -> Rulebook:
    file = folder / "rules.py"
    if not file.exists():
        return around.rules
    return read_rules(file, around.libraries, around.findings).joined_with(around.rules)


def _fee(name: str, record: Record, texts: ProcedureTexts) -> Fee:
    return Fee(
        id=name,
        label=texts.text(f"fees/{name}"),
        amount=read_dated(record, "amounts", lambda entry: entry.integer("value")),
        rule=record.text_or_none("rule"),
        channels=record.words("channels", allowed=CHANNELS) or CHANNELS,
        place=record.place,
    )


def _time_limit(entry: Record) -> TimeLimit:
    unit = entry.one_of("unit", UNITS)
    amount = entry.integer("amount")
    if amount < 0 or (amount == 0 and unit != "working-days"):
        entry.wrong(entry.place_of("amount"), "no such time limit", "Give a positive amount; 0 only of working-days.")
    return TimeLimit(
        amount,
        "working-days" if unit == "working-days" else "calendar-days" if unit == "calendar-days" else "working-hours",
        entry.time_or_none("cut_off"),
    )


def _document(name: str, record: Record, texts: ProcedureTexts, form: Form | None) -> RequiredDocument:
    megabytes = record.integer_or_none("max_megabytes")
    return RequiredDocument(
        id=name,
        name=texts.text(f"documents/{name}"),
        required=record.flag("required"),
        copies=record.integer("copies"),
        accept=record.words("accept") or DEFAULT_KINDS,
        max_size=(10 if megabytes is None else megabytes) * MEGABYTE,
        show_if=read_comparison(record, "show_if", field_types(form)),
        instead_of_data=record.words("instead_of_data"),
        place=record.place,
    )


def workflow_of(procedure: Procedure) -> Workflow | None:
    """The drawn structure of a procedure's workflow, or None when it has none (or an unreadable one)."""
    return read_workflow(procedure.workflow_file, Findings()) if procedure.workflow_file else None
