"""How far an application is: its parts with their states, what comes next, which registers are silent."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from saola_blueprint import Country
from saola_blueprint.rules import lookups_behind
from saola_blueprint.schema import Procedure

from saola_platform.portal.applying.drafts import Application


def lookups_announced(*, procedure: Procedure, country: Country, language: str) -> list[dict[str, Any]]:
    """Which registers will be read, whose they are, and on which ground: said before anything is read."""
    if procedure.form is None:
        return []
    announced: dict[str, dict[str, Any]] = {}
    for lookup in procedure.form.lookups:
        register = country.registers[lookup.register]
        one = announced.setdefault(
            register.id,
            {
                "register": register.name.in_(language),
                "organisation": country.organisations[register.owner].name.in_(language),
                "legal_grounds": [],
            },
        )
        one["legal_grounds"].append(lookup.legal_ground.in_(language))
    return list(announced.values())


def parts(application: Application, language: str) -> dict[str, Any]:
    """The task list: questions, authority, papers, then review."""
    tasks = _section_tasks(application, language)
    if len(application.authorities()) > 1 or application.authority() is None:
        tasks.insert(0, _authority_task(application, language))
    if application.papers() or application.papers_replaced():
        tasks.append(_papers_task(application))
    ready = all(one["done"] for one in tasks) and not application.problems()
    tasks.append(_review_task(application, ready=ready))
    return {
        "tasks": tasks,
        "ready": ready,
        "done_count": sum(one["done"] for one in tasks),
        "silent": silent_registers(application, section_id=None, language=language),
    }


def next_url(application: Application, *, after: str) -> str:
    """The first unfinished part after this one, else the overview."""
    tasks = parts(application, application.row.language)["tasks"]
    names = [one["name"] for one in tasks]
    start = names.index(after) + 1 if after in names else 0
    for task in tasks[start:]:
        if not task["done"] and task["url"]:
            return str(task["url"])
    return reverse("portal:application", args=[application.row.id])


def silent_registers(application: Application, *, section_id: str | None, language: str) -> list[dict[str, str]]:
    """Registers that could not be read, for the fields of one section or of the whole form.

    Also those that no field names but another read builds on: the partner cannot be read without the marriage.
    """
    form = application.procedure.form
    if form is None:
        return []
    questions = application.questions(section_id) if section_id else form.fields
    used = lookups_behind(form, names=[one.prefill.lookup for one in questions if one.prefill])
    silent: dict[str, dict[str, str]] = {}
    for name, read in application.known.reads.items():
        if name in used and read.state in {"unavailable", "refused"}:
            register = application.country.registers[read.register]
            owner = application.country.organisations[register.owner].name.in_(language)
            silent[register.id] = {"register": register.name.in_(language), "organisation": owner, "state": read.state}
    return list(silent.values())


def _section_tasks(application: Application, language: str) -> list[dict[str, Any]]:
    problems = {one.path.partition(".")[0] for one in application.problems()}
    tasks = []
    for section in application.sections():
        done = section.id in application.row.sections_done and section.id not in problems
        typed = section.id in application.row.typed
        begun = typed or section.id in application.row.sections_done or _has_answers(application, section.id)
        url = reverse("portal:section", args=[application.row.id, section.id])
        tasks.append(_task(section.id, section.title.in_(language), url, done=done, begun=begun))
    return tasks


def _has_answers(application: Application, section_id: str) -> bool:
    return any(application.answers.get(one.path) not in (None, "") for one in application.questions(section_id))


def _authority_task(application: Application, language: str) -> dict[str, Any]:
    chosen = application.authority()
    url = reverse("portal:authority", args=[application.row.id])
    task = _task("authority", gettext("Where your application goes"), url, done=chosen is not None, begun=False)
    return task | {"hint": chosen.name.in_(language) if chosen else ""}


def _papers_task(application: Application) -> dict[str, Any]:
    url = reverse("portal:papers", args=[application.row.id])
    missing = bool(application.papers_missing())
    done = not missing and (application.row.documents_done or not application.papers())
    return _task("papers", gettext("Papers"), url, done=done, begun=bool(application.attachments))


def _review_task(application: Application, *, ready: bool) -> dict[str, Any]:
    url = reverse("portal:review", args=[application.row.id]) if ready else ""
    task = _task("review", gettext("Check and sign"), url, done=False, begun=False)
    return task if ready else task | {"status": gettext("Cannot start yet"), "tag": ""}


def _task(name: str, title: str, url: str, *, done: bool, begun: bool) -> dict[str, Any]:
    status, tag = (gettext("To do"), "blue")
    if done:
        status, tag = gettext("Completed"), ""
    elif begun:
        status, tag = gettext("To check"), "teal"
    return {"name": name, "title": title, "url": url, "done": done, "status": status, "tag": tag, "hint": ""}
