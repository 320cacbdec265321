"""Reading where values come from, and conditions."""

from __future__ import annotations

from collections.abc import Mapping

from saola_blueprint.loader.records import Record
from saola_blueprint.loader.yaml_lines import Entries, Scalar, Value
from saola_blueprint.schema.forms import Form
from saola_blueprint.schema.sources import ROOTS, Comparison, Constant, FromPath, FromRule, Source

REMEDY = "Write a dotted path, {constant: text} or {rule: name, with: {argument: path}}."


Labels = Mapping[str, Mapping[str, str]]
NO_LABELS: Labels = {}


def labels_of(form: Form | None) -> Labels:
    """For each field with choices, the label of each in the default language."""
    fields = form.fields if form else ()
    return {one.path: {choice.value: str(choice.label) for choice in one.choices} for one in fields if one.choices}


def read_source(value: Value, record: Record, labels: Labels = NO_LABELS) -> Source:
    """A dotted path, a constant or a rule with its arguments."""
    if isinstance(value, Entries) and "rule" in value.entries:
        with Record(value, record.findings, record.languages) as inner:
            arguments = {name: _simple(one, inner, labels) for name, one in inner.raw_named("with")}
            return FromRule(inner.text("rule"), arguments, value.place)
    return _simple(value, record, labels)


def read_sources(record: Record, key: str, labels: Labels) -> Mapping[str, Source]:
    """A mapping of names to sources."""
    return {name: read_source(value, record, labels) for name, value in record.raw_named(key)}


def _simple(value: Value, record: Record, labels: Labels) -> FromPath | Constant:
    if isinstance(value, Entries) and "constant" in value.entries:
        with Record(value, record.findings, record.languages) as inner:
            return Constant(inner.text("constant"), value.place)
    if isinstance(value, Scalar):
        return _path(value, record, labels)
    record.wrong(value.place, "a value's source is expected here", REMEDY)
    return FromPath("today", None, value.place)


def _path(value: Scalar, record: Record, labels: Labels) -> FromPath:
    root, _, rest = value.text.partition(".")
    if root == "labels" and rest in labels:
        return FromPath(value.text, labels[rest], value.place)
    if root in ROOTS and root != "labels" and bool(rest) is not (root == "today"):
        return FromPath(value.text, None, value.place)
    record.findings.add(
        value.place,
        "source.path_unknown",
        f"{value.text!r} is no path into what is known",
        f"Begin with one of: {', '.join(ROOTS)} (labels: only of a question with choices). {REMEDY}",
    )
    return FromPath("today", None, value.place)


def read_comparison(record: Record, key: str, types: Mapping[str, str]) -> Comparison | None:
    """`{answer: section.field, equals: …}`, or `differs`, or `given: true`; None when the key is absent.

    `types` are the field types by path: they say whether `true` or `3` is meant as such or as a text.
    """
    if not record.has(key):
        record.text_or_none(key)
        return None
    with record.record(key) as inner:
        path = inner.text("answer")
        operators = [name for name in ("equals", "differs", "given") if inner.has(name)]
        if len(operators) != 1:
            inner.wrong(inner.place, "one comparison is expected", "Write exactly one of equals, differs, given.")
            return None
        place = inner.place_of("answer")
        if operators == ["given"]:
            return Comparison(path, "present" if inner.flag("given") else "absent", None, place)
        return Comparison(
            path, "=" if operators == ["equals"] else "!=", _constant(inner, operators[0], types.get(path)), place
        )


def _constant(record: Record, operator: str, type_of_field: str | None) -> str | bool | int:
    if type_of_field == "yes-no":
        return record.flag(operator)
    return record.integer(operator) if type_of_field == "integer" else record.text(operator)
