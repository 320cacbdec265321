"""Every rule that is named exists and takes the arguments it is called with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from saola_blueprint.checks.findings import one_of, problem
from saola_blueprint.errors import Problem
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.forms import Form
from saola_blueprint.schema.places import Place
from saola_blueprint.schema.procedures import DocumentRender, Procedure, RegisterCreate
from saola_blueprint.schema.rulebook import Rule, Rulebook
from saola_blueprint.schema.sources import FromRule, Source


@dataclass(frozen=True, slots=True)
class Use:
    """One place that names a rule, with the arguments it is offered; `all_taken`: it must take every one of them."""

    rule: str
    arguments: tuple[str, ...]
    rules: Rulebook
    place: Place
    all_taken: bool = False


def check_rule_uses(country: Country) -> Iterator[Problem]:
    """Names and signatures of all rules used."""
    for use in _uses(country):
        if use.rule not in use.rules:
            yield problem(
                use.place, "rule.unknown", f"there is no rule {use.rule!r}", f"Write it. {one_of(use.rules.rules)}"
            )
            continue
        for version in use.rules.rules[use.rule]:
            yield from _arguments(use, version)


def _arguments(use: Use, version: Rule) -> Iterator[Problem]:
    unknown = [one for one in version.arguments if one not in use.arguments]
    if unknown:
        yield problem(
            version.place,
            "rule.arguments",
            f"the rule {use.rule!r} wants {', '.join(unknown)}, which it is not given where it is used",
            f"It may take: {', '.join(use.arguments) or 'nothing'}.",
        )
    ignored = [one for one in use.arguments if one not in version.arguments]
    if use.all_taken and ignored:
        yield problem(
            use.place,
            "rule.arguments_ignored",
            f"the rule {use.rule!r} does not take {', '.join(ignored)}",
            f"It takes: {', '.join(version.arguments) or 'nothing'}.",
        )


def _uses(country: Country) -> Iterator[Use]:
    rules = country.rules
    numbering = country.dossier_numbering
    arguments = ("authority", "received_on", "sequence", *numbering.parameters)
    yield Use(numbering.rule, arguments, rules, numbering.place)
    for register in country.registers.values():
        if register.numbering:
            arguments = ("data", "sequence", "today", *register.numbering.parameters)
            yield Use(register.numbering.rule, arguments, rules, register.numbering.place)
    for identifier in country.identifiers.values():
        for name in (identifier.check, identifier.warn):
            if name:
                yield Use(name, ("value", "today"), rules, identifier.place)
    for procedure in country.procedures.values():
        yield from _procedure_uses(procedure)


def _procedure_uses(procedure: Procedure) -> Iterator[Use]:
    for fee in procedure.fees:
        if fee.rule:
            yield Use(fee.rule, ("amount", "answers", "today", "parameters"), procedure.rules, fee.place)
    if procedure.form:
        yield from _form_uses(procedure.form, procedure.rules)
    for operation in procedure.operations.values():
        if isinstance(operation, RegisterCreate | DocumentRender):
            yield from _source_uses(operation.data.values(), procedure.rules)


def _form_uses(form: Form, rules: Rulebook) -> Iterator[Use]:
    for field in form.fields:
        for name in (*field.validation, *field.warnings):
            yield Use(name, ("value", "answers", "today", "parameters"), rules, field.place)
    for lookup in form.lookups:
        sources = [lookup.key] if lookup.key else [source for _, source in lookup.find]
        yield from _source_uses(sources, rules)


def _source_uses(sources: Iterable[Source], rules: Rulebook) -> Iterator[Use]:
    for source in sources:
        if isinstance(source, FromRule):
            yield Use(source.rule, tuple(source.arguments), rules, source.place, all_taken=True)
