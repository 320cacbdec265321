"""Forms: conditions look back only, prefilling points at fields that exist, on a register that can be searched so."""

from __future__ import annotations

from collections.abc import Iterator

from saola_blueprint.checks.findings import one_of, problem
from saola_blueprint.checks.registers import field_problems
from saola_blueprint.errors import Problem
from saola_blueprint.rules.lookups import paths_of
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.forms import Field, Form, Lookup
from saola_blueprint.schema.registers import RegisterField
from saola_blueprint.schema.sources import Comparison

SAME_KIND = ({"text", "long-text", "address", "choice", "identifier"}, {"date"}, {"time"}, {"integer"}, {"yes-no"})


def check_forms(country: Country) -> Iterator[Problem]:
    """Every form's lookups, fields and conditions."""
    for procedure in country.procedures.values():
        if procedure.form is not None:
            yield from _lookups(country, procedure.form)
            yield from _conditions(procedure.form)
            for field in procedure.form.fields:
                yield from _field(country, field)


def _lookups(country: Country, form: Form) -> Iterator[Problem]:
    earlier: set[str] = set()
    for lookup in form.lookups:
        register = country.registers.get(lookup.register)
        if register is None:
            yield problem(
                lookup.place,
                "form.register_unknown",
                f"there is no register {lookup.register!r}",
                one_of(country.registers),
            )
            continue
        for name, _ in lookup.find:
            field = register.fields.get(name)
            if field is None or not field.indexed:
                yield problem(
                    lookup.place,
                    "form.find_not_indexed",
                    f"{lookup.register} cannot be searched by {name!r}",
                    one_of(one.name for one in register.fields.values() if one.indexed),
                )
        yield from _lookup_paths(country, form, lookup, earlier)
        earlier.add(lookup.id)


def _lookup_paths(country: Country, form: Form, lookup: Lookup, earlier: set[str]) -> Iterator[Problem]:
    sources = [lookup.key] if lookup.key else [source for _, source in lookup.find]
    if lookup.when is not None:
        yield from condition_problems(lookup.when, form, before=None)
    for path in (path for source in sources for path in paths_of(source)):
        root, _, rest = path.partition(".")
        name, _, field = rest.partition(".")
        known = root == "applicant" or (root == "answers" and form.field(rest) is not None)
        if root == "lookups" and name in earlier:
            other = form.lookup(name)
            known = other is not None and field in country.registers[other.register].fields
        if not known:
            yield problem(
                lookup.place,
                "form.lookup_path_unknown",
                f"{path!r} is not known when this is looked up",
                "Use applicant.…, answers.section.field, or lookups.<an earlier lookup>.<field of its register>.",
            )


def _conditions(form: Form) -> Iterator[Problem]:
    before: list[Field] = []
    for section in form.sections:
        if section.show_if is not None:
            yield from condition_problems(section.show_if, form, before=before)
        for field in section.fields:
            if field.show_if is not None:
                yield from condition_problems(field.show_if, form, before=before)
            before.append(field)


def condition_problems(condition: Comparison, form: Form | None, *, before: list[Field] | None) -> Iterator[Problem]:
    """What is wrong with a condition; `before` are the fields asked before it, None when all are."""
    field = form.field(condition.path) if form else None
    if field is None:
        yield problem(
            condition.place,
            "condition.field_unknown",
            f"the form has no field {condition.path!r}",
            "Write section.field of a field in form.yaml.",
        )
    elif before is not None and field not in before:
        yield problem(
            condition.place,
            "condition.looks_ahead",
            f"{condition.path!r} is asked later",
            "Move that field before this one.",
        )
    elif _never(condition, field):
        yield problem(
            condition.place,
            "condition.value_unknown",
            f"{condition.path!r} is never {condition.value!r}",
            one_of(one.value for one in field.choices),
        )


def _never(condition: Comparison, field: Field) -> bool:
    compared = condition.operator in {"=", "!="} and field.type == "choice"
    return compared and condition.value not in {one.value for one in field.choices}


def _field(country: Country, field: Field) -> Iterator[Problem]:
    like = RegisterField(
        field.id,
        field.type,
        field.label,
        choices=field.choices,
        pattern=field.pattern,
        identifier=field.identifier,
        place=field.place,
    )
    yield from field_problems(country, like)
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield problem(field.place, "form.range", "minimum is more than maximum", "Exchange the two.")
    if field.fixed and field.prefill is None:
        yield problem(
            field.place,
            "form.fixed_not_prefilled",
            "a fixed field that nothing fills in could never be answered",
            "Add `prefill:`, or take `fixed` away.",
        )
    if field.prefill is not None:
        yield from _prefill(country, field)


def _prefill(country: Country, field: Field) -> Iterator[Problem]:
    prefill = field.prefill
    register = country.registers.get(prefill.register) if prefill else None
    if prefill is None or register is None:
        return
    source = register.fields.get(prefill.field)
    if source is None:
        yield problem(
            prefill.place,
            "form.prefill_unknown",
            f"the register {register.id} has no field {prefill.field!r}",
            one_of(register.fields),
        )
    elif not any({field.type, source.type} <= kinds for kinds in SAME_KIND):
        yield problem(
            prefill.place,
            "form.prefill_type",
            f"a field of type {field.type} cannot be filled in from one of type {source.type}",
            "Make the two types agree.",
        )
    elif field.type == "choice" and not {one.value for one in source.choices} <= {one.value for one in field.choices}:
        yield problem(
            prefill.place,
            "form.prefill_choices",
            f"the register {register.id} may give a value that this question does not offer",
            "Use the same code list in both.",
        )
