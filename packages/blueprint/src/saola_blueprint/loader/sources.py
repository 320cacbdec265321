"""Reading where values come from, and conditions."""

from __future__ import annotations

from collections.abc import Mapping

from saola_blueprint.loader.records import Record
from saola_blueprint.loader.yaml_lines import Entries, Scalar, Value
from saola_blueprint.schema.sources import ROOTS, Comparison, Constant, FromPath, FromRule, Source

REMEDY = "Write a dotted path, {constant: text} or {rule: name, with: {argument: path}}."


def read_source(value: Value, record: Record) -> Source:
    """A dotted path, a constant or a rule with its arguments."""
    if isinstance(value, Entries) and "rule" in value.entries:
        with Record(value, record.findings, record.languages) as inner:
            arguments = {name: _simple(one, inner) for name, one in inner.raw_named("with")}
            return FromRule(inner.text("rule"), arguments, value.place)
    return _simple(value, record)


def read_sources(record: Record, key: str) -> Mapping[str, Source]:
    """A mapping of names to sources."""
    return {name: read_source(value, record) for name, value in record.raw_named(key)}


def _simple(value: Value, record: Record) -> FromPath | Constant:
    if isinstance(value, Entries) and "constant" in value.entries:
        with Record(value, record.findings, record.languages) as inner:
            return Constant(inner.text("constant"), value.place)
    if isinstance(value, Scalar):
        root, _, rest = value.text.partition(".")
        if root in ROOTS and (bool(rest) is not (root == "today")):
            return FromPath(value.text, value.place)
        record.findings.add(
            value.place,
            "source.root_unknown",
            f"{value.text!r} is no path into what is known",
            f"Begin with one of: {', '.join(ROOTS)}. {REMEDY}",
        )
    else:
        record.wrong(value.place, "a value's source is expected here", REMEDY)
    return FromPath("today", value.place)


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
