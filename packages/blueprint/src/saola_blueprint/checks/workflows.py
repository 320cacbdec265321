"""Workflows: drawn whole, only allowed elements, lanes that are roles, tasks that are declared, one comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator

from saola_blueprint.checks.findings import one_of, problem
from saola_blueprint.errors import Problem
from saola_blueprint.loader import workflow_of
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.procedures import Procedure
from saola_blueprint.schema.workflow import ENDS, NODES, Flow, Workflow

CONDITION = re.compile(r"outcome == '([a-z][a-z0-9-]*)'")


def check_workflows(country: Country) -> Iterator[Problem]:
    """Every workflow against the declarations of its procedure."""
    for procedure in country.procedures.values():
        workflow = workflow_of(procedure)
        if workflow is not None:
            yield from _elements(workflow)
            yield from _lanes(country, workflow)
            yield from _tasks(procedure, workflow)
            yield from _shape(workflow)
            yield from _conditions(procedure, workflow)
            yield from _drawing(workflow)


def _elements(workflow: Workflow) -> Iterator[Problem]:
    for node in workflow.refused:
        yield problem(
            node.place,
            "workflow.element_refused",
            f"a {node.kind} may not be used",
            f"Use only: {', '.join(NODES)}. What must be worked out belongs into rules.py.",
        )


def _lanes(country: Country, workflow: Workflow) -> Iterator[Problem]:
    for lane in workflow.lanes:
        if lane not in country.roles:
            yield problem(
                workflow.place,
                "workflow.lane_unknown",
                f"the lane {lane!r} is no role of the country",
                f"Give the lane the id of a role. {one_of(country.roles)}",
            )
    for node in workflow.nodes.values():
        if node.lane is None:
            yield problem(
                node.place, "workflow.no_lane", f"{node.id!r} stands in no lane", "Move it into the lane of a role."
            )


def _tasks(procedure: Procedure, workflow: Workflow) -> Iterator[Problem]:
    pairs = (
        ("serviceTask", procedure.operations, "workflow.operation_unknown", "operations"),
        ("userTask", procedure.tasks, "workflow.task_undeclared", "tasks"),
    )
    for kind, declared, code, where in pairs:
        drawn = {node.id: node for node in workflow.nodes.values() if node.kind == kind}
        for name, node in drawn.items():
            if name not in declared:
                yield problem(
                    node.place,
                    code,
                    f"the {kind} {name!r} is not declared",
                    f"Declare it under `{where}:` in procedure.yaml, or correct its id. {one_of(declared)}",
                )
        for name, one in declared.items():
            if name not in drawn:
                yield problem(
                    one.place,
                    "workflow.never_done",
                    f"no {kind} of the workflow has the id {name!r}",
                    "Draw it, or delete the declaration.",
                )


def _shape(workflow: Workflow) -> Iterator[Problem]:
    starts = [node for node in workflow.nodes.values() if node.kind == "startEvent"]
    if len(starts) != 1:
        yield problem(
            workflow.place, "workflow.start", f"there are {len(starts)} start events, not one", "Keep exactly one."
        )
    reachable = workflow.reachable()
    for node in workflow.nodes.values():
        if node.id not in reachable:
            yield problem(node.place, "workflow.unreachable", f"nothing leads to {node.id!r}", "Connect or delete it.")
        if node.kind == "endEvent" and node.id not in ENDS:
            yield problem(
                node.place, "workflow.end_unknown", f"{node.id!r} is no way a case ends", f"Use ids: {', '.join(ENDS)}."
            )
        ways = len(workflow.leaving(node.id))
        if node.kind != "endEvent" and ways == 0:
            yield problem(node.place, "workflow.dead_end", f"nothing follows {node.id!r}", "Lead on to an end event.")
        if ways > 1 and "Gateway" not in node.kind:
            yield problem(node.place, "workflow.split", f"several ways leave {node.id!r}", "Put a gateway after it.")
    for flow in workflow.flows:
        if flow.source not in workflow.nodes or flow.target not in workflow.nodes:
            yield problem(flow.place, "workflow.loose_flow", "a flow leads to nothing", "Connect it at both ends.")


def _conditions(procedure: Procedure, workflow: Workflow) -> Iterator[Problem]:
    for flow in workflow.flows:
        yield from _condition(procedure, workflow, flow)
    for node in workflow.nodes.values():
        ways = workflow.leaving(node.id)
        if node.kind == "exclusiveGateway" and len(ways) > 1 and not any(one.default for one in ways):
            covered = {match[1] for one in ways if (match := CONDITION.fullmatch(one.condition or ""))}
            for outcome in sorted(_outcomes_before(procedure, workflow, node.id) - covered):
                yield problem(
                    node.place,
                    "workflow.outcome_forgotten",
                    f"the gateway {node.id!r} has no way for the outcome {outcome!r}",
                    f"Add a flow with the condition outcome == '{outcome}', or a default flow.",
                )


def _condition(procedure: Procedure, workflow: Workflow, flow: Flow) -> Iterator[Problem]:
    source = workflow.nodes.get(flow.source)
    choosing = source is not None and source.kind == "exclusiveGateway" and len(workflow.leaving(source.id)) > 1
    if flow.condition is None:
        if choosing and not flow.default:
            yield problem(
                flow.place,
                "workflow.condition_missing",
                f"the flow {flow.id!r} leaves a gateway without a condition",
                "Write outcome == '…' or make it the default flow.",
            )
        return
    match = CONDITION.fullmatch(flow.condition)
    if match is None or not choosing:
        yield problem(
            flow.place,
            "workflow.condition_refused",
            f"{flow.condition!r} is not one comparison after an exclusive gateway",
            "Write outcome == 'name-of-an-outcome', and leave the rest to rules.py.",
        )
    elif source is not None and match[1] not in (known := _outcomes_before(procedure, workflow, source.id)):
        yield problem(
            flow.place, "workflow.outcome_unknown", f"no task before it has the outcome {match[1]!r}", one_of(known)
        )


def _outcomes_before(procedure: Procedure, workflow: Workflow, node: str) -> set[str]:
    """The outcomes that may be set when a gateway is reached: those of the nearest user tasks before it."""
    outcomes: set[str] = set()
    seen, waiting = {node}, [node]
    while waiting:
        here = waiting.pop()
        for flow in workflow.flows:
            if flow.target != here or flow.source in seen:
                continue
            seen.add(flow.source)
            if flow.source in procedure.tasks:
                outcomes.update(one.id for one in procedure.tasks[flow.source].outcomes)
            else:
                waiting.append(flow.source)
    return outcomes


def _drawing(workflow: Workflow) -> Iterator[Problem]:
    expected = [*workflow.nodes, *workflow.lanes, *(flow.id for flow in workflow.flows)]
    missing = [one for one in expected if one not in workflow.drawn]
    if missing:
        yield problem(
            workflow.place,
            "workflow.not_drawn",
            f"the diagram lacks: {', '.join(missing[:5])}",
            "Open the file in a BPMN editor and save it with its diagram.",
        )
