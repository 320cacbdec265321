"""What the state already knows, put into a draft: reads that can be made now, answers that follow from them.

A register that is down or refuses costs nobody anything: its fields stay open, each says why, and the reads can be
tried again. What a person typed is never overwritten by a read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from saola_blueprint import Country
from saola_blueprint.rules import LookupRequest, lookups_to_make, prefilled_answers
from saola_blueprint.rules.lookups import paths_of
from saola_blueprint.schema import Form, Procedure

from saola_platform.portal.applying.reads import Read, Reader, inputs_of

# Each round may open further reads; a form that still wants more after this many is wrong.
_MOST_READS: Final = 20


@dataclass(frozen=True, slots=True)
class Known:
    """The answers and reads of a draft, and who applies."""

    answers: dict[str, Any]
    reads: dict[str, Read]
    applicant: Mapping[str, str]
    today: date

    @property
    def lookups(self) -> dict[str, Mapping[str, Any] | None]:
        """As the blueprint's rules want it: data of what was found, None for the rest."""
        return {name: read.data if read.state == "found" else None for name, read in self.reads.items()}

    def facts(self, *, without: str | None = None) -> dict[str, Any]:
        """Everything that sources of the form may name."""
        lookups = {name: data for name, data in self.lookups.items() if name != without}
        return {"answers": self.answers, "applicant": self.applicant, "lookups": lookups, "today": self.today}


def prefill(*, procedure: Procedure, known: Known, reader: Reader, at: datetime) -> Known:
    """Drop reads that answers have overtaken, make those that are possible now, fill open answers."""
    form = _form(procedure)
    current = _without_stale(procedure=procedure, known=known)
    silent: dict[str, Read] = {}
    for _ in range(_MOST_READS):
        wanted = lookups_to_make(procedure=procedure, facts=current.facts(), on=current.today)
        if not wanted:
            break
        # A person waits: a register that has just not answered is not waited for a second time.
        known_silent = silent.get(wanted[0].register)
        if known_silent is not None:
            read = replace(known_silent, lookup=wanted[0].id, inputs=inputs_of(wanted[0]))
        else:
            read = reader.read(wanted[0], keep=needed_fields(form, wanted[0].id, country=reader.country), at=at)
        if read.state == "unavailable":
            silent[read.register] = read
        current = _with_read(current, read=read, form=form)
    return current


def forget_failed(known: Known) -> Known:
    """The same without reads that may be tried again; ``prefill`` then makes them anew."""
    kept = {name: read for name, read in known.reads.items() if not read.may_be_tried_again}
    return Known(known.answers, kept, known.applicant, known.today)


def fixed_answers(*, procedure: Procedure, known: Known) -> dict[str, Any]:
    """Prefilled answers that the applicant may not change."""
    form = _form(procedure)
    found = prefilled_answers(form=form, lookups=known.lookups)
    return {field.path: found[field.path] for field in form.fields if field.fixed and field.path in found}


def needed_fields(form: Form, lookup: str, *, country: Country) -> frozenset[str]:
    """The fields of a record that the form uses; nothing else of it is kept."""
    declared = next(one for one in form.lookups if one.id == lookup)
    fields = {one.prefill.field for one in form.fields if one.prefill and one.prefill.lookup == lookup}
    sources = [source for one in form.lookups for source in (one.key, *(value for _, value in one.find)) if source]
    prefix = f"lookups.{lookup}."
    paths = (path for source in sources for path in paths_of(source))
    used = {path.removeprefix(prefix).split(".")[0] for path in paths if path.startswith(prefix)}
    return frozenset(fields | used | {country.registers[declared.register].key})


def _with_read(known: Known, *, read: Read, form: Form) -> Known:
    """Add one read; its values go into answers that are still open."""
    after = Known(known.answers, {**known.reads, read.lookup: read}, known.applicant, known.today)
    filled = prefilled_answers(form=form, lookups=after.lookups)
    open_paths = {path: value for path, value in filled.items() if known.answers.get(path) in (None, "")}
    return Known({**known.answers, **open_paths}, after.reads, known.applicant, known.today)


def _without_stale(*, procedure: Procedure, known: Known) -> Known:
    """Drop reads whose inputs have changed, with the answers that came from them and stand unchanged."""
    form = _form(procedure)
    current, changed = known, True
    while changed:
        changed = False
        for name, read in current.reads.items():
            wanted = lookups_to_make(procedure=procedure, facts=current.facts(without=name), on=current.today)
            if _asks_the_same(wanted, read):
                continue
            current, changed = _drop(current, name=name, form=form), True
            break
    return current


def _asks_the_same(wanted: tuple[LookupRequest, ...], read: Read) -> bool:
    return any(request.id == read.lookup and inputs_of(request) == read.inputs for request in wanted)


def _drop(known: Known, *, name: str, form: Form) -> Known:
    gone = prefilled_answers(form=form, lookups={name: known.lookups[name]})
    answers = {path: value for path, value in known.answers.items() if path not in gone or gone[path] != value}
    return Known(answers, {key: read for key, read in known.reads.items() if key != name}, known.applicant, known.today)


def _form(procedure: Procedure) -> Form:
    if procedure.form is None:
        raise ValueError(f"procedure {procedure.code} has no form")
    return procedure.form
