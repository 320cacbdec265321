"""A whole country, as `load_country` gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from saola_blueprint.calendar import Calendar
from saola_blueprint.schema.dated import Parameter
from saola_blueprint.schema.organisations import ExchangeAddress, Organisation
from saola_blueprint.schema.places import NOWHERE, Place
from saola_blueprint.schema.procedures import Procedure
from saola_blueprint.schema.registers import Choice, Identifier, Numbering, Register
from saola_blueprint.schema.rulebook import Rulebook
from saola_blueprint.schema.texts import Text


@dataclass(frozen=True, slots=True)
class Country:
    """Everything a country declares.

    `languages` maps language tags to the language's own name; the first is not special,
    `default_language` is. `territory` is the ISO 3166-1 code. `site_names` has `portal`,
    `onestop`, `register`, `identity`. `procedures` is by official code.
    `person_identifier` names the identifier of natural persons. `messages` are the texts for what
    can be wrong with any answer, by the codes of `saola_blueprint.rules.MESSAGES`.
    """

    code: str
    name: Text
    languages: Mapping[str, str]
    default_language: str
    territory: str
    timezone: str
    currency: str
    site_names: Mapping[str, Text]
    levels: Mapping[str, Text]
    roles: Mapping[str, Text]
    life_events: Mapping[str, Text]
    identifiers: Mapping[str, Identifier]
    person_identifier: str
    dossier_numbering: Numbering
    libraries: tuple[str, ...]
    calendar: Calendar
    code_lists: Mapping[str, tuple[Choice, ...]]
    parameters: Mapping[str, Parameter]
    messages: Mapping[str, Text]
    organisations: Mapping[str, Organisation]
    registers: Mapping[str, Register]
    procedures: Mapping[str, Procedure]
    rules: Rulebook
    folder: Path
    place: Place = field(default=NOWHERE, compare=False)

    def procedure_in(self, slug: str) -> Procedure | None:
        """The procedure of the folder `procedures/<slug>`, or None. (`procedures` is by official code.)"""
        return next((one for one in self.procedures.values() if one.slug == slug), None)

    def organisations_at(self, level: str) -> tuple[Organisation, ...]:
        """The organisations of one level, by code."""
        return tuple(one for _, one in sorted(self.organisations.items()) if one.level == level)

    def exchange_of(self, code: str) -> ExchangeAddress | None:
        """The exchange member that serves organisation `code`: its own, or its nearest parent's."""
        seen: set[str] = set()
        current: str | None = code
        while current is not None and current in self.organisations and current not in seen:
            seen.add(current)
            organisation = self.organisations[current]
            if organisation.exchange is not None:
                return organisation.exchange
            current = organisation.parent
        return None

    def gateway_owner(self, code: str) -> Organisation | None:
        """The organisation whose gateway serves `code`: itself or its nearest parent with an exchange address."""
        address = self.exchange_of(code)
        return next((one for one in self.organisations.values() if one.exchange == address), None) if address else None
