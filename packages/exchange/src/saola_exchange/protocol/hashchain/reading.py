"""Hash chain documents as values. Nothing is accepted that the schema does not allow."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from saola_exchange.errors import ProtocolError
from saola_exchange.protocol.xml import DS, MalformedXml, base64_text, children, parse

HC = "http://cyber.ee/hashchain"
MAXIMUM_STEPS = 1000
MAXIMUM_VALUES = 10_000
_CHAIN, _RESULT, _STEP = f"{{{HC}}}HashChain", f"{{{HC}}}HashChainResult", f"{{{HC}}}HashStep"
_HASH_VALUE, _STEP_REF, _DATA_REF = f"{{{HC}}}HashValue", f"{{{HC}}}StepRef", f"{{{HC}}}DataRef"
_DEFAULT, _METHOD = f"{{{HC}}}DefaultDigestMethod", f"{{{DS}}}DigestMethod"
_TRANSFORMS, _TRANSFORM, _VALUE = f"{{{DS}}}Transforms", f"{{{DS}}}Transform", f"{{{DS}}}DigestValue"


class MalformedHashChain(ProtocolError):
    """A hash chain or its result that does not have the form of the schema."""

    code = "malformed_hash_chain"
    fault = "peer"
    remedy = "The evidence was damaged or made by a faulty server; ask the other side for its copy."


@dataclass(frozen=True, slots=True)
class HashValue:
    """A digest from another branch of the tree."""

    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class StepRef:
    """The digest of another step, `document` empty when it is in the same chain."""

    algorithm: str
    document: str
    step: str


@dataclass(frozen=True, slots=True)
class DataRef:
    """The digest of a part, after `transforms` (algorithm URIs, normally none)."""

    algorithm: str
    uri: str
    value: bytes
    transforms: tuple[str, ...]


Value = HashValue | StepRef | DataRef
Steps = dict[str, tuple[Value, ...]]


def read_result(data: bytes) -> tuple[StepRef, bytes]:
    """The step that a hash chain result names, and its digest. Raises MalformedHashChain."""
    root = _parse(data, _RESULT)
    allowed = [_METHOD, _VALUE]
    found = children(root)
    if [child.tag for child in found] != allowed:
        raise MalformedHashChain("a hash chain result has a digest method and a digest value")
    reference = _step_reference(root, _algorithm(found[0]))
    return reference, _digest(found[1])


def read_chain(data: bytes) -> Steps:
    """The steps of a hash chain by their id. Raises MalformedHashChain."""
    root = _parse(data, _CHAIN)
    elements = children(root)
    default = _algorithm(elements.pop(0)) if elements and elements[0].tag == _DEFAULT else None
    if len(elements) > MAXIMUM_STEPS:
        raise MalformedHashChain(f"a hash chain has more than {MAXIMUM_STEPS} steps")
    steps: Steps = {}
    for element in elements:
        name = element.get("id", "")
        if element.tag != _STEP or not name or name in steps:
            raise MalformedHashChain("a hash chain consists of steps with different ids")
        steps[name] = tuple(_value(child, default) for child in _bounded(children(element)))
    return steps


def _parse(data: bytes, tag: str) -> etree._Element:
    try:
        root = parse(data)
    except MalformedXml as exc:
        raise MalformedHashChain(exc.detail) from exc
    if root.tag != tag:
        raise MalformedHashChain(f"the document is not a {etree.QName(tag).localname}")
    return root


def _value(element: etree._Element, default: str | None) -> Value:
    rest = children(element)
    algorithm = _algorithm(rest.pop(0)) if rest and rest[0].tag == _METHOD else default
    if algorithm is None:
        raise MalformedHashChain("a value has no digest method and the chain no default")
    if element.tag == _STEP_REF and not rest:
        return _step_reference(element, algorithm)
    transforms: tuple[str, ...] = ()
    if rest and rest[0].tag == _TRANSFORMS:
        transforms = tuple(_transform(child) for child in children(rest.pop(0)))
    if len(rest) != 1 or rest[0].tag != _VALUE or element.tag not in {_HASH_VALUE, _DATA_REF}:
        raise MalformedHashChain("a step has a value that the schema does not allow")
    if element.tag == _HASH_VALUE:
        return HashValue(algorithm, _digest(rest[0]))
    return DataRef(algorithm, _uri(element), _digest(rest[0]), transforms)


def _transform(element: etree._Element) -> str:
    if element.tag != _TRANSFORM or children(element):
        raise MalformedHashChain("a transform of a hash chain has content of its own")
    return element.get("Algorithm", "")


def _step_reference(element: etree._Element, algorithm: str) -> StepRef:
    document, mark, step = _uri(element).partition("#")
    if not mark or not step:
        raise MalformedHashChain("a reference to a step has no fragment")
    return StepRef(algorithm, document, step)


def _uri(element: etree._Element) -> str:
    uri = element.get("URI")
    if not uri:
        raise MalformedHashChain("a reference has no URI")
    return uri


def _algorithm(element: etree._Element) -> str:
    algorithm = element.get("Algorithm")
    if not algorithm or children(element):
        raise MalformedHashChain("a digest method has no algorithm, or parameters")
    return algorithm


def _digest(element: etree._Element) -> bytes:
    if children(element):
        raise MalformedHashChain("a digest value has elements in it")
    try:
        return base64_text(element.text)
    except MalformedXml as exc:
        raise MalformedHashChain("a digest value is not base64") from exc


def _bounded(elements: list[etree._Element]) -> list[etree._Element]:
    if len(elements) > MAXIMUM_VALUES:
        raise MalformedHashChain(f"a step has more than {MAXIMUM_VALUES} values")
    return elements
