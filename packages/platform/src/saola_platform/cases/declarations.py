"""What the country declares about a case: its procedure, tasks, deadline, organisation, in force on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from saola_blueprint.calendar import Pause
from saola_blueprint.schema import Organisation, Procedure, Task, TimeLimit

from saola_platform.cases import clock
from saola_platform.cases.errors import ApplicationRefused, ModelRefused
from saola_platform.cases.models import Dossier
from saola_platform.kernel.country import country


def online_procedure(code: str) -> Procedure:
    """The procedure an application names; :class:`ApplicationRefused` when it cannot be applied for here."""
    procedure = country().procedures.get(code)
    if procedure is None or not procedure.online:
        raise ApplicationRefused(f"The procedure {code} cannot be applied for online.")
    return procedure


def procedure_of(dossier: Dossier) -> Procedure:
    """The procedure of a dossier that exists."""
    return country().procedures[dossier.procedure]


def organisation_of(dossier: Dossier) -> Organisation:
    """The competent organisation of a dossier that exists."""
    return country().organisations[dossier.organisation]


def competent(*, procedure: Procedure, destination: str) -> Organisation:
    """The organisation an application is for; :class:`ApplicationRefused` when it does not decide this procedure."""
    organisation = country().organisations.get(destination)
    if organisation is None:
        raise ApplicationRefused(f"There is no organisation {destination}.")
    if organisation.level != procedure.competent.level:
        raise ApplicationRefused(f"{destination} is not competent: the procedure is decided at another level.")
    return organisation


def task_of(*, procedure: Procedure, node: str) -> Task:
    """The declared task behind a user task of the model; :class:`ModelRefused` when nobody declared it."""
    task = procedure.tasks.get(node)
    if task is None:
        raise ModelRefused(f"The workflow of {procedure.code} has a task {node!r} that the procedure does not declare.")
    return task


def local_day(at: datetime) -> date:
    """The country's date at a moment."""
    return at.astimezone(ZoneInfo(country().timezone)).date()


def limit_of(*, procedure: Procedure, received: datetime) -> TimeLimit:
    """The time limit in force on the day of receipt: later law does not change running cases."""
    return procedure.time_limit.on(local_day(received))


def due(*, procedure: Procedure, received: datetime, pauses: Sequence[Pause] = ()) -> datetime | None:
    """When a dossier is due; None while it waits for the applicant."""
    limit = limit_of(procedure=procedure, received=received)
    return clock.due_at(calendar=country().calendar, limit=limit, received=received, pauses=pauses)


def in_all_languages(message: str, **values: Any) -> dict[str, str]:
    """A message of ours (marked for translation) in every language of the country."""
    texts: dict[str, str] = {}
    for language in country().languages:
        with translation.override(language):
            texts[language] = translation.gettext(message) % values if values else translation.gettext(message)
    return texts


def text_in(texts: Mapping[str, str], language: str) -> str:
    """One text of several, with the country's default language as the way out."""
    return texts.get(language) or texts.get(country().default_language) or next(iter(texts.values()), "")


def wire_moment(at: datetime) -> str:
    """A moment as it travels: ISO 8601 in the country's time."""
    return at.astimezone(ZoneInfo(country().timezone)).isoformat()
