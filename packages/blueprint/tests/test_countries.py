"""The project's own countries: other tools accept what they hold, and their demonstration fits them."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typst
import yaml
from saola_blueprint import Country, load_country
from saola_blueprint.schema import DocumentRender
from SpiffWorkflow.bpmn.parser import BpmnParser

REPOSITORY = Path(__file__).resolve().parents[3]
NAMES = sorted(file.parent.name for file in (REPOSITORY / "countries").glob("*/country.yaml"))
EVERY = pytest.mark.parametrize("name", NAMES)


def country(name: str) -> Country:
    return load_country(REPOSITORY / "countries" / name)


@EVERY
def test_the_engine_that_runs_workflows_accepts_them(name: str) -> None:
    for procedure in country(name).procedures.values():
        if procedure.workflow_file:
            parser = BpmnParser()
            parser.add_bpmn_file(str(procedure.workflow_file))
            (process,) = parser.get_process_ids()
            specs = parser.get_spec(process).task_specs
            assert set(procedure.tasks) | set(procedure.operations) <= set(specs)


@EVERY
def test_documents_can_be_typeset_with_everything_and_with_nothing(name: str) -> None:
    for procedure in country(name).procedures.values():
        for operation in procedure.operations.values():
            if isinstance(operation, DocumentRender):
                for data in (dict.fromkeys(operation.data, "\u1ea6\u1eb5 x"), {}):
                    inputs = {"data": json.dumps(data, ensure_ascii=False)}
                    pdf = typst.compile(str(operation.template), sys_inputs=inputs, pdf_standards=["a-2b", "ua-1"])
                    assert isinstance(pdf, bytes)
                    assert pdf.startswith(b"%PDF-")


@EVERY
def test_the_people_of_the_demonstration_fit_the_country(name: str) -> None:
    here, people = country(name), _demo(name, "people")["people"]
    identifier = here.identifiers[here.person_identifier]
    numbers = [one["personal_number"] for one in people]
    assert len(set(numbers)) == len(people)
    for one in people:
        assert one["personal_number"].startswith("000")
        assert re.fullmatch(identifier.pattern, one["personal_number"])
        for check in (identifier.check, identifier.warn):
            on = date(2026, 11, 23)
            assert check is None or here.rules.call(check, on=on, value=one["personal_number"], today=on) is None
        assert "(" in one["full_name"]
        assert re.fullmatch(r"\d{6}", one["pin"])
        assert one["email"].endswith(".example")
        assert set(one["label"]) == set(one["story"]) == set(here.languages)
        assert "organisation" not in one or one["organisation"] in here.organisations
    assert {one["role"] for one in people} >= {"mother", "father", "citizen", "clerk", "vice-chair"}


@EVERY
def test_the_staff_of_the_demonstration_can_do_every_task(name: str) -> None:
    here, staff = country(name), _demo(name, "staff")["staff"]
    people = {one["personal_number"]: one for one in _demo(name, "people")["people"]}
    able = {role for one in staff for role in one["roles"]}
    needed = {task.role for one in here.procedures.values() for task in one.tasks.values()} - {"applicant"}
    assert needed <= able <= set(here.roles)
    for one in staff:
        assert people[one["personal_number"]]["full_name"] == one["name"]
        assert people[one["personal_number"]]["certificates"] == ["official"]
        levels = {procedure.competent.level for procedure in here.procedures.values() if procedure.online}
        assert here.organisations[one["organisation"]].level in levels


@EVERY
def test_the_samples_of_the_registers_fit_their_declarations(name: str) -> None:
    here, samples = country(name), _demo(name, "registers")
    assert set(samples) == set(here.registers)
    for register, records in samples.items():
        fields = here.registers[register].fields
        keys = [record[here.registers[register].key] for record in records]
        assert len(set(keys)) == len(keys)
        for record in records:
            assert set(record) <= set(fields)
            assert {one.name for one in fields.values() if one.required} <= set(record)
            for field, value in record.items():
                choices = {one.value for one in fields[field].choices}
                assert not choices or value in choices


def _demo(name: str, file: str) -> dict[str, Any]:
    text = (REPOSITORY / "demo" / name / f"{file}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded
