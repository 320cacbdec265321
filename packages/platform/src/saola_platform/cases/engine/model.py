"""What a BPMN file says, read without running it: elements, lanes, outcomes, and the order for the picture.

Reading is generous (models of any tool), `refuse_unsafe` is strict (what may run here).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from saola_platform.cases.engine.conditions import read_condition
from saola_platform.cases.errors import ConditionRefused, ModelRefused

NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"
LARGEST = 2_000_000
_FLOW_NODES = frozenset({"startEvent", "endEvent", "userTask", "serviceTask", "exclusiveGateway", "parallelGateway"})
_PASSIVE = frozenset({
    "process", "laneSet", "lane", "flowNodeRef", "incoming", "outgoing", "sequenceFlow", "conditionExpression",
    "documentation", "extensionElements", "textAnnotation", "text", "association", "group", "terminateEventDefinition",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """One element of the flow: its kind as BPMN names it, the role of its lane.

    `branches` are (outcome, id of the node it leads to), for a user task with an exclusive gateway behind it;
    `targets` are the nodes that its own flows lead to.
    """

    id: str
    kind: str
    name: str
    role: str
    branches: tuple[tuple[str, str], ...]
    targets: tuple[str, ...]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that the gateway behind a user task tells apart."""
        return tuple(dict.fromkeys(outcome for outcome, _ in self.branches))


@dataclass(frozen=True, slots=True)
class Model:
    """A BPMN file: processes with their `isExecutable`, a count of every element, the flow nodes in reading order."""

    processes: tuple[tuple[str, bool], ...]
    elements: dict[str, int]
    nodes: tuple[Node, ...]

    def node(self, node_id: str) -> Node:
        """The node of this id; :class:`ModelRefused` when the model has none."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise ModelRefused(f"The model has no element {node_id!r}.")


def read_model(source: bytes) -> Model:
    """Read any BPMN 2.0 file; :class:`ModelRefused` when it is none."""
    root = _parse(source)
    elements = [element for element in root.iter() if isinstance(element.tag, str) and _ours(element)]
    counted = Counter(etree.QName(element).localname for element in elements)
    processes = tuple(
        (str(p.get("id", "")), p.get("isExecutable") == "true")
        for p in elements
        if etree.QName(p).localname == "process"
    )
    return Model(processes=processes, elements=dict(counted), nodes=tuple(_nodes(root)))


def refuse_unsafe(source: bytes) -> None:
    """Refuse a model with a script, an element we do not run, or a condition of more than one comparison."""
    root = _parse(source)
    runnable = [p for p in _all(root, "process") if p.get("isExecutable") == "true"]
    if len(runnable) != 1:
        raise ModelRefused(f"The model must have exactly one executable process; it has {len(runnable)}.")
    for element in runnable[0].iter():
        if isinstance(element.tag, str) and _ours(element):
            _refuse_element(element)


def _refuse_element(element: etree._Element) -> None:
    kind = etree.QName(element).localname
    where = f"line {element.sourceline}: {kind} {element.get('id', '')!r}"
    if kind not in _FLOW_NODES | _PASSIVE:
        raise ModelRefused(f"{where} may not be used.")
    if kind == "conditionExpression":
        try:
            read_condition(element.text or "")
        except ConditionRefused as exc:
            raise ModelRefused(f"{where}: {exc.detail}") from exc


def _parse(source: bytes) -> etree._Element:
    if len(source) > LARGEST:
        raise ModelRefused(f"The model is larger than {LARGEST} bytes.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as exc:
        raise ModelRefused(f"The model is not well-formed XML: {exc}.") from exc
    information: Any = root.getroottree().docinfo
    if information.doctype:
        raise ModelRefused("The model declares a document type, which is not allowed.")
    if root.tag != f"{{{NAMESPACE}}}definitions":
        raise ModelRefused("The file is not a BPMN 2.0 model: its first element is not definitions.")
    return root


def _ours(element: etree._Element) -> bool:
    return etree.QName(element).namespace == NAMESPACE


def _all(root: etree._Element, kind: str) -> list[etree._Element]:
    return list(root.iter(f"{{{NAMESPACE}}}{kind}"))


def roles_of_lanes(root: etree._Element) -> dict[str, str]:
    """The role of each flow node that lies in a lane: the lane's id."""
    roles: dict[str, str] = {}
    for lane in _all(root, "lane"):
        roles.update(
            {(reference.text or "").strip(): str(lane.get("id", "")) for reference in _all(lane, "flowNodeRef")}
        )
    return roles


def _nodes(root: etree._Element) -> Iterator[Node]:
    roles = roles_of_lanes(root)
    targets: dict[str, list[etree._Element]] = {}
    for flow in _all(root, "sequenceFlow"):
        targets.setdefault(str(flow.get("sourceRef")), []).append(flow)
    by_id = {str(e.get("id")): e for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    for node_id in _reading_order(root, targets):
        element = by_id[node_id]
        kind = etree.QName(element).localname
        yield Node(
            id=node_id,
            kind=kind,
            name=str(element.get("name", "")),
            role=roles.get(node_id, ""),
            branches=_branches(node_id, targets, by_id) if kind == "userTask" else (),
            targets=tuple(str(flow.get("targetRef")) for flow in targets.get(node_id, [])),
        )


def _reading_order(root: etree._Element, targets: dict[str, list[etree._Element]]) -> list[str]:
    """Ids of the nodes that a flow reaches from the start events, nearest first."""
    order = [str(start.get("id")) for start in _all(root, "startEvent")]
    known = {str(e.get("id")) for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    for node_id in order:
        for flow in targets.get(node_id, []):
            target = str(flow.get("targetRef"))
            if target not in order and target in known:
                order.append(target)
    return order


def _branches(
    node_id: str, targets: dict[str, list[etree._Element]], by_id: dict[str, etree._Element]
) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for flow in targets.get(node_id, []):
        gateway = by_id.get(str(flow.get("targetRef")))
        if gateway is not None and etree.QName(gateway).localname == "exclusiveGateway":
            branches = targets.get(str(gateway.get("id")), [])
            found += [(name, str(branch.get("targetRef"))) for branch in branches if (name := _outcome(branch))]
    return tuple(found)


def _outcome(flow: etree._Element) -> str | None:
    for expression in _all(flow, "conditionExpression"):
        try:
            condition = read_condition(expression.text or "")
        except ConditionRefused:
            continue  # reading is generous; running such a model is refused
        if isinstance(condition.value, str) and condition.compare == "==":
            return condition.value
    return None
