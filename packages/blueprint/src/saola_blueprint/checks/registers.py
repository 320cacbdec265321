"""Registers, and the kinds of numbers their fields and the forms use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from saola_blueprint.checks.findings import one_of, problem
from saola_blueprint.errors import Problem
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.places import Place
from saola_blueprint.schema.registers import Register, RegisterField


def check_registers(country: Country) -> Iterator[Problem]:
    """Owner, key, subjects, fields of every register."""
    for register in country.registers.values():
        yield from _register(country, register)
        for field in register.fields.values():
            yield from field_problems(country, field)


def check_identifiers(country: Country) -> Iterator[Problem]:
    """Each kind of number has a pattern that its own example fits; persons have one."""
    for identifier in country.identifiers.values():
        wrong = pattern_problem(identifier.pattern, identifier.place)
        if wrong:
            yield wrong
        elif not re.fullmatch(identifier.pattern, identifier.example, re.ASCII):
            yield problem(
                identifier.place,
                "identifier.example_refused",
                f"the example {identifier.example!r} does not fit the pattern",
                "Correct the example or the pattern.",
            )
    if country.person_identifier not in country.identifiers:
        yield problem(
            country.place,
            "identifier.unknown",
            f"person_identifier: there is no identifier {country.person_identifier!r}",
            one_of(country.identifiers),
        )


def pattern_problem(pattern: str, place: Place) -> Problem | None:
    """What is wrong with a regular expression, if anything."""
    try:
        re.compile(pattern, re.ASCII)
    except re.error as failure:
        return problem(
            place, "pattern.invalid", f"{pattern!r} is no regular expression: {failure}", "Correct the pattern."
        )
    return None


def field_problems(country: Country, field: RegisterField) -> Iterator[Problem]:
    """What register fields and form fields have in common (a form field has the same attributes)."""
    if field.type == "choice" and not field.choices:
        yield problem(
            field.place,
            "choices.missing",
            "a choice without anything to choose",
            "Add `choices:` or `code_list:`.",
        )
    if field.type == "identifier" and field.identifier not in country.identifiers:
        yield problem(
            field.place,
            "identifier.unknown",
            f"there is no identifier {field.identifier!r}",
            f"Add `identifier: …`. {one_of(country.identifiers)}",
        )
    if field.pattern and (wrong := pattern_problem(field.pattern, field.place)):
        yield wrong


def _register(country: Country, register: Register) -> Iterator[Problem]:
    if register.place.file.parent.name != register.id:
        yield problem(
            register.place,
            "register.folder_name",
            f"the folder of {register.id} is not named after it",
            f"Rename the folder to {register.id}, or correct `id`.",
        )
    if register.owner not in country.organisations:
        yield problem(
            register.place,
            "register.owner_unknown",
            f"there is no organisation {register.owner!r}",
            one_of(country.organisations),
        )
    for name in (register.key, *register.subjects):
        if name not in register.fields:
            yield problem(
                register.place, "register.field_unknown", f"there is no field {name!r}", one_of(register.fields)
            )
    for name in register.subjects:
        field = register.fields.get(name)
        if field and field.identifier != country.person_identifier:
            yield problem(
                field.place,
                "register.subject_no_person",
                f"{name!r} is a subject, but holds no {country.person_identifier}",
                f"Write `type: identifier` and `identifier: {country.person_identifier}`.",
            )
    if register.numbering is None and register.key in register.fields and not register.fields[register.key].required:
        yield problem(
            register.place,
            "register.key_optional",
            "the key may be missing: there is no numbering and the field is not required",
            f"Add `numbering:` to the register or `required: true` to {register.key}.",
        )
