"""The structure of a workflow as drawn: who does what, what follows what. The engine that runs it is elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saola_blueprint.schema.places import NOWHERE, Place

NODES = ("startEvent", "endEvent", "userTask", "serviceTask", "exclusiveGateway", "parallelGateway")
ENDS = ("granted", "refused", "withdrawn")


@dataclass(frozen=True, slots=True)
class Node:
    """One element of the process; `kind` is its BPMN name, `lane` the id of its lane or None."""

    id: str
    kind: str
    name: str
    lane: str | None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` is the text of its expression, `default` marks a gateway's default way."""

    id: str
    source: str
    target: str
    condition: str | None
    default: bool
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Workflow:
    """One process. `refused` are elements that a country may not use; `drawn` the ids that have a shape or edge."""

    process: str
    lanes: Mapping[str, str]
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]
    refused: tuple[Node, ...]
    drawn: frozenset[str]
    place: Place = NOWHERE

    def leaving(self, node: str) -> tuple[Flow, ...]:
        """The flows that leave a node."""
        return tuple(one for one in self.flows if one.source == node)

    def reachable(self) -> frozenset[str]:
        """The nodes that can be reached from a start event."""
        reached = {one.id for one in self.nodes.values() if one.kind == "startEvent"}
        waiting = list(reached)
        while waiting:
            for flow in self.leaving(waiting.pop()):
                if flow.target not in reached:
                    reached.add(flow.target)
                    waiting.append(flow.target)
        return frozenset(reached)
