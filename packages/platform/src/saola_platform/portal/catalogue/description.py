"""What the page of a service says, in one language and with the values of the law of that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from saola_blueprint import Country
from saola_blueprint.errors import NoValueOn
from saola_blueprint.rules import notice_text
from saola_blueprint.schema import Procedure, RequiredDocument, TimeLimit

from saola_platform.documents import api as documents


@dataclass(frozen=True, slots=True)
class Card:
    """A service in a list."""

    code: str
    name: str
    summary: str
    online: bool
    field_of_work: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to hand in, in words."""

    name: str
    required: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Cost:
    """A fee in words, with the text it rests on."""

    label: str
    amount: str
    is_free: bool
    reference: str


@dataclass(frozen=True, slots=True)
class Description:
    """Everything the page of a service shows."""

    card: Card
    owner: str
    competent: str
    authorities: tuple[str, ...]
    channels: tuple[str, ...]
    level: str
    partial_reason: str
    costs: tuple[Cost, ...]
    time_limit: str
    time_reference: str
    cut_off: str
    papers: tuple[Paper, ...]
    legal_basis: tuple[tuple[str, str], ...]
    results: tuple[str, ...]
    notices: tuple[str, ...]
    registers: tuple[str, ...]


def card(procedure: Procedure, *, country: Country, language: str) -> Card:
    """A service as lists show it."""
    del country
    return Card(
        code=procedure.code,
        name=procedure.name.in_(language),
        summary=procedure.summary.in_(language),
        online=procedure.online,
        field_of_work=procedure.field_of_work.in_(language),
    )


def describe(procedure: Procedure, *, country: Country, language: str, at: datetime) -> Description:
    """The page of a service on the day of ``at``."""
    today = at.astimezone(ZoneInfo(country.timezone)).date()
    limit = procedure.time_limit.entry_on(today)
    return Description(
        card=card(procedure, country=country, language=language),
        owner=country.organisations[procedure.owner].name.in_(language),
        competent=country.levels[procedure.competent.level].in_(language),
        authorities=tuple(one.name.in_(language) for one in country.organisations_at(procedure.competent.level)),
        channels=tuple(_channel(one) for one in procedure.channels),
        level=procedure.level,
        partial_reason=procedure.partial_reason.in_(language) if procedure.partial_reason else "",
        costs=_costs(procedure, country=country, language=language, today=today),
        time_limit=time_in_words(limit.value),
        time_reference=limit.reference,
        cut_off=limit.value.cut_off.strftime("%H:%M") if limit.value.cut_off else "",
        papers=tuple(_paper(one, language=language) for one in procedure.documents),
        legal_basis=tuple((one.number, one.about.in_(language) if one.about else "") for one in procedure.legal_basis),
        results=tuple(one.name.in_(language) for one in procedure.results),
        notices=tuple(notice_text(country=country, notice=one, on=today).in_(language) for one in procedure.notices),
        registers=_registers(procedure, country=country, language=language),
    )


def time_in_words(limit: TimeLimit) -> str:
    """A time limit as people say it."""
    if limit.amount == 0:
        return gettext("The same working day")
    match limit.unit:
        case "working-hours":
            return ngettext("%(n)d working hour", "%(n)d working hours", limit.amount) % {"n": limit.amount}
        case "working-days":
            return ngettext("%(n)d working day", "%(n)d working days", limit.amount) % {"n": limit.amount}
    return ngettext("%(n)d day", "%(n)d days", limit.amount) % {"n": limit.amount}


def paper_kinds(paper: RequiredDocument, *, limit: int | None = None) -> str:
    """ "PDF, JPEG, PNG, up to 10 MB"."""
    size = paper.max_size if limit is None else min(paper.max_size, limit)
    return gettext("%(kinds)s, up to %(size)s") % {
        "kinds": documents.kind_names(paper.accept),
        "size": documents.megabytes(size),
    }


def _paper(paper: RequiredDocument, *, language: str) -> Paper:
    # A condition that names one situation is the exception; one that leaves out a situation is the rule.
    is_special = paper.show_if is not None and paper.show_if.operator in {"=", "present"}
    return Paper(name=paper.name.in_(language), required=paper.required and not is_special, detail=paper_kinds(paper))


def _costs(procedure: Procedure, *, country: Country, language: str, today: date) -> tuple[Cost, ...]:
    costs = []
    for fee in procedure.fees:
        try:
            entry = fee.amount.entry_on(today)
        except NoValueOn:
            continue
        amount = f"{number_format(entry.value, use_l10n=True, force_grouping=True)} {country.currency}"
        label = fee.label.in_(language)
        costs.append(Cost(label=label, amount=amount, is_free=entry.value == 0, reference=entry.reference))
    return tuple(costs)


def _channel(channel: str) -> str:
    names = {"online": gettext("Online, here"), "counter": gettext("At the counter"), "post": gettext("By post")}
    return names[channel]


def _registers(procedure: Procedure, *, country: Country, language: str) -> tuple[str, ...]:
    """The registers that the form reads, each with its owner."""
    if procedure.form is None:
        return ()
    read = (country.registers[one] for one in dict.fromkeys(lookup.register for lookup in procedure.form.lookups))
    return tuple(f"{one.name.in_(language)} ({country.organisations[one.owner].name.in_(language)})" for one in read)
