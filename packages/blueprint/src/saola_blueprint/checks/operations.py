"""What service tasks do: registers and fields that exist, values that are known by then, templates that are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from saola_blueprint.checks.findings import one_of, problem
from saola_blueprint.errors import Problem
from saola_blueprint.rules.lookups import paths_of
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.places import Place
from saola_blueprint.schema.procedures import (
    DocumentDeliver,
    DocumentRender,
    DocumentSeal,
    Procedure,
    RegisterCreate,
)
from saola_blueprint.schema.registers import Register
from saola_blueprint.schema.sources import Constant, Source

KNOWN = {
    "applicant": ("personal_number", "full_name"),
    "dossier": ("code", "submission_id", "received_on"),
    "authority": ("code", "name", "address"),
}


def check_operations(country: Country) -> Iterator[Problem]:
    """Every operation of every procedure, and the documents that tasks show and sign."""
    for procedure in country.procedures.values():
        kept = _kept(procedure)
        for operation in procedure.operations.values():
            if isinstance(operation, RegisterCreate):
                yield from _register_create(country, operation)
            if isinstance(operation, RegisterCreate | DocumentRender):
                yield from _paths(procedure, operation.data.values(), kept)
            if isinstance(operation, DocumentRender) and not operation.template.is_file():
                yield problem(
                    operation.place,
                    "operation.template_missing",
                    f"there is no template {operation.template.name}",
                    "Write it into the procedure's folder.",
                )
            if isinstance(operation, DocumentSeal | DocumentDeliver):
                yield from _document(procedure, operation.document, operation.place)
        for task in procedure.tasks.values():
            for name in (*task.shows, *(one.signs for one in task.outcomes if one.signs)):
                yield from _document(procedure, name, task.place)


def _kept(procedure: Procedure) -> set[str]:
    creates = (one for one in procedure.operations.values() if isinstance(one, RegisterCreate))
    return {name for one in creates for name in one.keep}


def _document(procedure: Procedure, name: str, place: Place) -> Iterator[Problem]:
    made = {one.keep for one in procedure.operations.values() if isinstance(one, DocumentRender)}
    if name not in made:
        yield problem(place, "operation.document_unknown", f"no operation makes the document {name!r}", one_of(made))


def _register_create(country: Country, operation: RegisterCreate) -> Iterator[Problem]:
    register = country.registers.get(operation.register)
    if register is None:
        yield problem(
            operation.place,
            "operation.register_unknown",
            f"there is no register {operation.register!r}",
            one_of(country.registers),
        )
        return
    for name in (*operation.data, *(one for one in operation.keep.values() if one != "key")):
        if name not in register.fields:
            yield problem(
                operation.place,
                "operation.field_unknown",
                f"the register {register.id} has no field {name!r}",
                one_of(register.fields),
            )
    yield from _completeness(operation, register)
    yield from _constants(operation.data, register)


def _completeness(operation: RegisterCreate, register: Register) -> Iterator[Problem]:
    for field in register.fields.values():
        given_by_numbering = register.numbering is not None and field.name == register.key
        if field.required and field.name not in operation.data and not given_by_numbering:
            yield problem(
                operation.place,
                "operation.field_missing",
                f"the register {register.id} requires {field.name!r}",
                f"Add `{field.name}: …` to data.",
            )
    if register.numbering is not None and register.key in operation.data:
        yield problem(
            operation.place,
            "operation.key_given",
            f"the register {register.id} numbers its records itself",
            f"Take {register.key} out of data.",
        )


def _constants(data: Mapping[str, Source], register: Register) -> Iterator[Problem]:
    for name, source in data.items():
        choices = {one.value for one in register.fields[name].choices} if name in register.fields else set()
        if isinstance(source, Constant) and choices and source.value not in choices:
            yield problem(
                source.place,
                "operation.value_unknown",
                f"{name!r} is never {source.value!r} in the register {register.id}",
                one_of(choices),
            )


def _paths(procedure: Procedure, sources: Iterable[Source], kept: set[str]) -> Iterator[Problem]:
    form = procedure.form
    for source in sources:
        for path in paths_of(source):
            root, _, rest = path.partition(".")
            known = root == "today" or rest in KNOWN.get(root, ())
            known = known or (root == "kept" and rest in kept)
            known = known or (root in {"answers", "labels"} and form is not None and form.field(rest) is not None)
            if not known:
                yield problem(
                    source.place,
                    "operation.path_unknown",
                    f"{path!r} leads nowhere",
                    "Use answers.section.field, kept.<what an operation keeps>, applicant.personal_number,"
                    " applicant.full_name, dossier.code, dossier.received_on, authority.code, authority.name, today.",
                )
