"""The workflow behind one seam: `Engine` is the contract, `SpiffEngine` the implementation in use."""

from saola_platform.cases.engine.model import Model, Node, read_model, refuse_unsafe
from saola_platform.cases.engine.seam import APPLICANT_LANE, Engine, OpenTask, Position, TaskKind
from saola_platform.cases.engine.spiff import SpiffEngine

__all__ = [
    "APPLICANT_LANE",
    "Engine",
    "Model",
    "Node",
    "OpenTask",
    "Position",
    "SpiffEngine",
    "TaskKind",
    "read_model",
    "refuse_unsafe",
]
