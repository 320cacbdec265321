"""SpiffWorkflow behind the seam, with its evaluation of Python switched off.

Three things differ from the library's defaults: conditions go through `conditions` and nothing else is evaluated;
a service task waits to be completed from outside, as a user task does; only models that `refuse_unsafe` lets pass
are ever parsed.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lxml import etree
from SpiffWorkflow.bpmn.exceptions import WorkflowException
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, full_tag
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.bpmn.serializer import DEFAULT_CONFIG, BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.default.task_spec import BpmnTaskSpecConverter
from SpiffWorkflow.bpmn.specs.defaults import UserTask
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from saola_platform.cases.engine.conditions import read_condition
from saola_platform.cases.engine.model import refuse_unsafe, roles_of_lanes
from saola_platform.cases.engine.seam import OpenTask, Position
from saola_platform.cases.errors import CaseError, ConditionRefused, ModelRefused, NoSuchTask


class OperationTask(UserTask):  # type: ignore[misc]
    """A service task that stays open until the job behind it reports its result."""


class _Parser(BpmnParser):  # type: ignore[misc]
    OVERRIDE_PARSER_CLASSES = {full_tag("serviceTask"): (TaskParser, OperationTask)}  # noqa: RUF012 the library's way


class _SingleComparisons(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """Evaluates conditions; executes nothing."""

    def evaluate(self, expression: str, context: Mapping[str, object], external_context: object = None) -> bool:
        del external_context
        return read_condition(expression).holds(context)

    def execute(self, script: str, context: object, external_context: object = None) -> bool:  # noqa: ARG002
        raise ConditionRefused("A workflow model may not run a script.")

    def call_service(self, context: object, **kwargs: object) -> object:  # noqa: ARG002
        raise ConditionRefused("A workflow model may not call a service by itself.")


def _script_engine() -> Any:
    return PythonScriptEngine(environment=_SingleComparisons())


_REGISTRY = BpmnWorkflowSerializer.configure({**DEFAULT_CONFIG, OperationTask: BpmnTaskSpecConverter})


class SpiffEngine:
    """The engine in use. It has no state of its own and may be shared between threads only per call."""

    def start(self, *, source: bytes, variables: Mapping[str, object]) -> Position:
        """Begin a process; see :class:`saola_platform.cases.engine.seam.Engine`."""
        workflow = BpmnWorkflow(_specification(source), script_engine=_script_engine())
        workflow.data.update(variables)
        for task in workflow.get_tasks(state=TaskState.READY):
            task.data.update(variables)
        return _advance(workflow)

    def complete(self, *, state: str, task: str, variables: Mapping[str, object]) -> Position:
        """Finish an open task; see :class:`saola_platform.cases.engine.seam.Engine`."""
        workflow = _load(state)
        found = next((t for t in workflow.get_tasks(state=TaskState.READY, manual=True) if t.id == _id(task)), None)
        if found is None:
            raise NoSuchTask("This step is no longer open.")
        found.data.update(variables)
        try:
            found.run()
        except SpiffWorkflowException as exc:
            raise _translated(exc) from exc
        return _advance(workflow)


def _id(task: str) -> UUID:
    try:
        return UUID(task)
    except ValueError as exc:
        raise NoSuchTask("This is not the name of a step.") from exc


def _specification(source: bytes) -> Any:
    refuse_unsafe(source)
    root = etree.fromstring(source)
    roles = roles_of_lanes(root)
    parser = _Parser()
    try:
        parser.add_bpmn_xml(root)
        (process,) = parser.get_process_ids()
        specification = parser.get_spec(process)
    except (ValidationException, KeyError, ValueError) as exc:
        raise ModelRefused(f"The workflow model cannot be run: {exc}") from exc
    for name, task in specification.task_specs.items():
        task.lane = roles.get(name)
    return specification


def _load(state: str) -> Any:
    workflow = BpmnWorkflowSerializer(_REGISTRY).deserialize_json(state)
    workflow.script_engine = _script_engine()
    return workflow


def _advance(workflow: Any) -> Position:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            workflow.do_engine_steps()
    except SpiffWorkflowException as exc:
        raise _translated(exc) from exc
    return Position(
        state=BpmnWorkflowSerializer(_REGISTRY).serialize_json(workflow),
        open=tuple(_open_task(task) for task in workflow.get_tasks(state=TaskState.READY, manual=True)),
        end=_end(workflow) if workflow.completed else None,
    )


def _open_task(task: Any) -> OpenTask:
    spec = task.task_spec
    kind = "service" if isinstance(spec, OperationTask) else "user"
    return OpenTask(id=str(task.id), node=spec.name, kind=kind, role=spec.lane or "", name=spec.bpmn_name or spec.name)  # type: ignore[arg-type]


def _end(workflow: Any) -> str:
    reached = [
        task.task_spec.name
        for task in workflow.get_tasks(state=TaskState.COMPLETED)
        if type(task.task_spec).__name__ == "EndEvent"
    ]
    return str(reached[-1]) if reached else ""


def _translated(exc: SpiffWorkflowException) -> CaseError:
    cause = getattr(exc, "exception", None) or exc.__cause__
    if isinstance(cause, CaseError):
        return cause
    return ModelRefused(f"The workflow cannot go on: {exc}")


__all__ = ["OperationTask", "SpiffEngine", "WorkflowException"]
