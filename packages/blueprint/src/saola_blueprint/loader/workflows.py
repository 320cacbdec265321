"""Reading the structure of a BPMN 2.0 file. Nothing in it is ever evaluated here."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from saola_blueprint.loader.records import Findings
from saola_blueprint.schema.places import Place
from saola_blueprint.schema.workflow import NODES, Flow, Node, Workflow

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
NOT_FLOW_NODES = ("laneSet", "sequenceFlow", "documentation", "textAnnotation", "association", "extensionElements")
REMEDY = "Draw the process again with a BPMN 2.0 editor, one process with lanes, and save it here."


def read_workflow(file: Path, findings: Findings) -> Workflow | None:
    """The one process in the file; None, with a finding, when it is no such file."""
    root = _root(file, findings)
    if root is None:
        return None
    processes = root.findall(f"{{{MODEL}}}process")
    if len(processes) != 1:
        findings.add(Place(file, 1), "workflow.unreadable", f"there are {len(processes)} processes, not one", REMEDY)
        return None
    return _workflow(processes[0], root, file)


def _root(file: Path, findings: Findings) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.parse(str(file), parser)
    except (etree.XMLSyntaxError, OSError) as failure:
        findings.add(Place(file, getattr(failure, "lineno", 0) or 0), "workflow.unreadable", "no readable XML", REMEDY)
        return None
    root = tree.getroot()
    if tree.docinfo.internalDTD is not None or root.tag != f"{{{MODEL}}}definitions":
        findings.add(Place(file, 1), "workflow.unreadable", "this is no BPMN 2.0 file", REMEDY)
        return None
    return root


def _workflow(process: etree._Element, root: etree._Element, file: Path) -> Workflow:
    lanes, lane_of = _lanes(process)
    elements = [one for one in process if isinstance(one.tag, str) and _local(one) not in NOT_FLOW_NODES]
    nodes = [
        Node(one.get("id", ""), _local(one), one.get("name", ""), lane_of.get(one.get("id", "")), _place(one, file))
        for one in elements
    ]
    drawn = {one.get("bpmnElement", "") for one in root.iter(f"{{{DIAGRAM}}}BPMNShape", f"{{{DIAGRAM}}}BPMNEdge")}
    return Workflow(
        process=process.get("id", ""),
        lanes=lanes,
        nodes={one.id: one for one in nodes if one.kind in NODES},
        flows=_flows(process, file),
        refused=tuple(one for one in nodes if one.kind not in NODES) + _inner(elements, file),
        drawn=frozenset(drawn),
        place=_place(process, file),
    )


def _inner(elements: list[etree._Element], file: Path) -> tuple[Node, ...]:
    """What stands inside a node beside its flows: timers, loops, listeners. None of it may change what happens."""
    allowed = {"incoming", "outgoing", "documentation", "extensionElements"}
    found = (inner for one in elements for inner in one if isinstance(inner.tag, str) and _local(inner) not in allowed)
    extensions = (
        inner for one in elements for holder in one if _local(holder) == "extensionElements" for inner in holder
    )
    return tuple(
        Node(inner.get("id", ""), _local(inner), inner.get("name", ""), None, _place(inner, file))
        for inner in (*found, *extensions)
        if isinstance(inner.tag, str)
    )


def _lanes(process: etree._Element) -> tuple[dict[str, str], dict[str, str]]:
    lanes: dict[str, str] = {}
    lane_of: dict[str, str] = {}
    for lane in process.iter(f"{{{MODEL}}}lane"):
        lanes[lane.get("id", "")] = lane.get("name", "")
        for reference in lane.findall(f"{{{MODEL}}}flowNodeRef"):
            lane_of[(reference.text or "").strip()] = lane.get("id", "")
    return lanes, lane_of


def _flows(process: etree._Element, file: Path) -> tuple[Flow, ...]:
    defaults = {one.get("default") for one in process if isinstance(one.tag, str) and one.get("default")}
    return tuple(
        Flow(
            one.get("id", ""),
            one.get("sourceRef", ""),
            one.get("targetRef", ""),
            _condition(one),
            one.get("id") in defaults,
            _place(one, file),
        )
        for one in process.findall(f"{{{MODEL}}}sequenceFlow")
    )


def _condition(flow: etree._Element) -> str | None:
    expression = flow.find(f"{{{MODEL}}}conditionExpression")
    return None if expression is None else (expression.text or "").strip()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _place(element: etree._Element, file: Path) -> Place:
    return Place(file, getattr(element, "sourceline", 0) or 0)
