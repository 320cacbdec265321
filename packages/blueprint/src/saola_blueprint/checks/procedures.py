"""What a procedure says about itself: owner, level, life events, notices, papers, what makes it online."""

from __future__ import annotations

from collections.abc import Iterator

from saola_blueprint.checks.findings import one_of, problem
from saola_blueprint.checks.forms import condition_problems
from saola_blueprint.errors import Problem
from saola_blueprint.rules.validation import MESSAGES
from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.places import Place
from saola_blueprint.schema.procedures import Procedure

SITES = ("portal", "onestop", "register", "identity")


def check_procedures(country: Country) -> Iterator[Problem]:
    """Every procedure's references to the rest of the country."""
    for procedure in country.procedures.values():
        yield from _references(country, procedure)
        yield from _online(procedure)
        yield from _documents(procedure)
        yield from _notices(country, procedure)
    yield from _codes(country)


def check_country_texts(country: Country) -> Iterator[Problem]:
    """The texts that the software itself needs of every country."""
    place = Place(country.folder / "messages.yaml")
    for code in MESSAGES:
        if code not in country.messages:
            yield problem(place, "message.missing", f"there is no message {code!r}", f"Add {code} to messages.yaml.")
    if "applicant" not in country.roles:
        yield problem(
            country.place, "country.role_missing", "there is no role `applicant`", "Add it: it is whoever applies."
        )
    for site in SITES:
        if site not in country.site_names:
            yield problem(
                country.place,
                "country.site_name_missing",
                f"there is no name for the site {site}",
                "Add it to site_names.",
            )


def _codes(country: Country) -> Iterator[Problem]:
    """Two folders with one code: the second would hide the first."""
    folders = sorted((country.folder / "procedures").glob("*/procedure.yaml"))
    if len(folders) > len(country.procedures):
        known = {procedure.folder for procedure in country.procedures.values()}
        for file in folders:
            if file.parent not in known:
                yield problem(
                    Place(file, 1),
                    "procedure.code_twice",
                    "another procedure has the same code",
                    "Give each procedure its own official code.",
                )


def _references(country: Country, procedure: Procedure) -> Iterator[Problem]:
    place = procedure.place
    if procedure.owner not in country.organisations:
        yield problem(
            place,
            "procedure.owner_unknown",
            f"there is no organisation {procedure.owner!r}",
            one_of(country.organisations),
        )
    level = procedure.competent.level
    if level not in country.levels:
        yield problem(place, "procedure.level_unknown", f"there is no level {level!r}", one_of(country.levels))
    elif procedure.online and not country.organisations_at(level):
        yield problem(
            place,
            "procedure.nobody_competent",
            f"no organisation is of the level {level!r}",
            "Add one to organisations/.",
        )
    for event in procedure.life_events:
        if event not in country.life_events:
            yield problem(
                place, "procedure.life_event_unknown", f"there is no life event {event!r}", one_of(country.life_events)
            )
    if not procedure.channels:
        yield problem(place, "procedure.no_channel", "there is no way to apply", "Add `channels: [counter]`.")


def _online(procedure: Procedure) -> Iterator[Problem]:
    if (procedure.form is None) is not (procedure.workflow_file is None):
        yield problem(
            procedure.place,
            "procedure.half_online",
            "there is a form without a workflow, or a workflow without a form",
            "Add the other one, or take both away until it is ready.",
        )
    if procedure.online and "online" not in procedure.channels:
        yield problem(
            procedure.place,
            "procedure.channel_missing",
            "it has a form and a workflow, but is not offered online",
            "Add `online` to channels.",
        )


def _documents(procedure: Procedure) -> Iterator[Problem]:
    for document in procedure.documents:
        if document.show_if is not None:
            yield from condition_problems(document.show_if, procedure.form, before=None)
        for lookup in document.instead_of_data:
            if procedure.form is None or procedure.form.lookup(lookup) is None:
                yield problem(
                    document.place,
                    "document.lookup_unknown",
                    f"there is no lookup {lookup!r}",
                    "Declare it under `lookups:` in form.yaml.",
                )


def _notices(country: Country, procedure: Procedure) -> Iterator[Problem]:
    for notice in procedure.notices:
        for name in notice.parameters:
            if name not in country.parameters:
                yield problem(
                    procedure.place,
                    "notice.parameter_unknown",
                    f"the notice {notice.id!r} names no parameter: {name!r}",
                    one_of(country.parameters),
                )
            elif not all("{" + name + "}" in text for text in notice.text.values()):
                yield problem(
                    procedure.place,
                    "notice.parameter_unused",
                    f"the notice {notice.id!r} does not say {{{name}}} in every language",
                    f"Write {{{name}}} in each text, or take the parameter away.",
                )
