"""The engine seam: what may run, what is refused, and that a saved process goes on where it stood."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_platform.cases.engine import SpiffEngine, read_model, refuse_unsafe
from saola_platform.cases.engine.conditions import read_condition
from saola_platform.cases.errors import CaseError, ConditionRefused, ModelRefused, NoSuchTask

HERE = Path(__file__).parent
BIRTH = (HERE / "birth.bpmn").read_bytes()
REFERENCE = Path(os.environ.get("SAOLA_REFERENCE_DATA", HERE.parents[4] / "shared" / "reference-data")) / "bpmn"


def reference_cases() -> list[dict[str, object]]:
    if not REFERENCE.exists():
        return []
    cases: list[dict[str, object]] = json.loads((REFERENCE / "cases.json").read_text())["cases"]
    return cases


def test_the_first_task_is_open_for_the_role_of_its_lane() -> None:
    position = SpiffEngine().start(source=BIRTH, variables={})
    assert [(t.node, t.kind, t.role) for t in position.open] == [("examine", "user", "civil-status-officer")]
    assert not position.ended


def test_a_saved_process_goes_on_through_completion_return_and_grant() -> None:
    engine, nodes = SpiffEngine(), []
    position = engine.start(source=BIRTH, variables={})
    script = {
        "examine": ["request-completion", "grant", "grant"],
        "await-completion": ["completed"],
        "approve": ["return", "approve"],
    }
    while not position.ended:
        (task,) = position.open
        nodes.append(task.node)
        outcome = script[task.node].pop(0) if task.node in script else "done"
        position = engine.complete(
            state=position.state, task=task.id, variables={"outcome": outcome, task.node.replace("-", "_"): outcome}
        )
    assert position.end == "granted"
    assert nodes == [
        *("examine", "await-completion", "examine", "reserve-number", "render-certificate", "approve"),
        *("examine", "reserve-number", "render-certificate", "approve"),
        *("seal-certificate", "register-birth", "deliver-certificate"),
    ]


def test_the_same_step_from_the_same_state_gives_the_same_position() -> None:
    position = SpiffEngine().start(source=BIRTH, variables={})
    twice = [
        SpiffEngine().complete(state=position.state, task=position.open[0].id, variables={"outcome": "refuse"})
        for _ in range(2)
    ]
    assert [t.node for t in twice[0].open] == [t.node for t in twice[1].open] == ["approve-refusal"]


def test_a_task_that_is_not_open_is_refused() -> None:
    engine = SpiffEngine()
    position = engine.start(source=BIRTH, variables={})
    later = engine.complete(state=position.state, task=position.open[0].id, variables={"outcome": "grant"})
    with pytest.raises(NoSuchTask):
        engine.complete(state=later.state, task=position.open[0].id, variables={"outcome": "grant"})
    with pytest.raises(NoSuchTask):
        engine.complete(state=later.state, task="nonsense", variables={})


def test_an_outcome_that_no_branch_expects_is_refused_and_nothing_moves() -> None:
    position = SpiffEngine().start(source=BIRTH, variables={})
    with pytest.raises(CaseError):
        SpiffEngine().complete(state=position.state, task=position.open[0].id, variables={"outcome": "shrug"})


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (b'<userTask id="examine"', b'<scriptTask id="examine"', "scriptTask"),
        (b'outcome == "grant"', b'__import__("os").system("id")', "single comparison"),
        (b'outcome == "grant"', b'outcome == "grant" and True', "neither text"),
        (b'isExecutable="true"', b'isExecutable="false"', "exactly one"),
        (b"<definitions ", b"<!DOCTYPE definitions><definitions ", "document type"),
    ],
)
def test_a_model_that_could_run_code_is_refused(old: bytes, new: bytes, named: str) -> None:
    source = BIRTH.replace(old, new).replace(
        b"</userTask><!--examine-->", b"</scriptTask>" if b"script" in new else b"</userTask>"
    )
    with pytest.raises(ModelRefused, match=named):
        SpiffEngine().start(source=source, variables={})


def test_the_outcomes_of_a_task_are_read_from_the_gateway_behind_it() -> None:
    model = read_model(BIRTH)
    assert set(model.node("examine").outcomes) == {"grant", "refuse", "request-completion"}
    assert set(model.node("approve").outcomes) == {"approve", "return"}
    assert ("request-completion", "await-completion") in model.node("examine").branches


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ('outcome == "grant"', {"outcome": "grant"}, True),
        ("= outcome = 'grant'", {"outcome": "refuse"}, False),
        ("${copies > 2}", {"copies": 3}, True),
        ("not urgent", {"urgent": False}, True),
        ("child.sex != 'f'", {"child": {"sex": "m"}}, True),
    ],
)
def test_one_comparison_is_understood(text: str, variables: dict[str, object], expected: bool) -> None:
    assert read_condition(text).holds(variables) is expected


def test_a_variable_that_is_not_set_is_refused_rather_than_taken_as_false() -> None:
    with pytest.raises(ConditionRefused, match="not set"):
        read_condition("x == 1").holds({})


@given(st.text(max_size=60))
def test_no_text_makes_the_conditions_raise_anything_undeclared(text: str) -> None:
    with suppress(ConditionRefused):
        assert read_condition(text).holds({"a": 1, "b": "c"}) in {True, False}


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise_anything_undeclared(source: bytes) -> None:
    with pytest.raises(ModelRefused):
        refuse_unsafe(source)


@pytest.mark.reference
@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference data is not beside the project")
@pytest.mark.parametrize("case", reference_cases(), ids=lambda case: str(case["file"]))
def test_models_of_other_tools_are_read_completely(case: dict[str, object]) -> None:
    model = read_model((REFERENCE / str(case["file"])).read_bytes())
    expected = case["elements"]
    assert isinstance(expected, dict)
    assert {kind: model.elements.get(kind, 0) for kind in expected} == expected
