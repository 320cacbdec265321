"""What the people of the journey do, from demo/<country>/journey.yaml: the words they type and the papers they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from saola_command.errors import DemoDeclarationInvalid


@dataclass(frozen=True, slots=True)
class Person:
    """One of the demo's people: who signs in, the PIN of their signing key, where letters reach them."""

    personal_number: str
    full_name: str
    pin: str
    email: str


@dataclass(frozen=True, slots=True)
class Script:
    """The journey of one country. `answers` are by section and field, as one types them; `outcomes` name what the
    country's tasks call asking for a completion, proposing to grant, and signing.
    """

    procedure: str
    searches: tuple[str, ...]
    language: str
    applicant: Person
    clerk: Person
    leader: Person
    answers: Mapping[str, Mapping[str, Any]]
    papers: tuple[str, ...]
    people_register: str
    name_in_people_register: str
    entries_register: str
    child_name: str
    outcomes: Mapping[str, str]
    ground: str
    completion_request: str
    completion_answer: str
    shown: tuple[str, ...]

    def typed(self, *, section: str, today: date) -> dict[str, str]:
        """What is typed into one section; `{days-ago: n}` becomes the three parts of a date."""
        typed: dict[str, str] = {}
        for name, value in self.answers.get(section, {}).items():
            if isinstance(value, dict):
                day = today - timedelta(days=int(value["days-ago"]))
                typed |= {f"{name}_0": str(day.day), f"{name}_1": str(day.month), f"{name}_2": str(day.year)}
            else:
                typed[name] = str(value)
        return typed


def read_script(*, folder: Path, people: Path) -> Script:
    """Read journey.yaml and the people it names by role; raises DemoDeclarationInvalid."""
    path = folder / "journey.yaml"
    try:
        declared: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        known = yaml.safe_load(people.read_text(encoding="utf-8"))["people"]
        return Script(
            procedure=str(declared["procedure"]),
            searches=tuple(declared["searches"]),
            language=declared["language"],
            applicant=_person(known, declared["applicant"]),
            clerk=_person(known, declared["clerk"]),
            leader=_person(known, declared["leader"]),
            answers=declared["answers"],
            papers=tuple(declared["papers"]),
            people_register=declared["people_register"],
            name_in_people_register=declared["name_in_people_register"],
            entries_register=declared["entries_register"],
            child_name=_answer(declared["answers"], declared["child_name"]),
            outcomes={name: declared["outcomes"][name] for name in ("ask", "propose", "sign")},
            ground=declared["ground"],
            completion_request=declared["completion_request"],
            completion_answer=declared["completion_answer"],
            shown=tuple(declared["shown"]),
        )
    except (OSError, KeyError, TypeError, StopIteration, yaml.YAMLError) as exc:
        raise DemoDeclarationInvalid(
            f"{path}: not understood: {exc!r}", remedy="Compare it with demo/vietnam."
        ) from exc


def _person(known: list[dict[str, Any]], role: str) -> Person:
    found = next(person for person in known if person["role"] == role)
    return Person(
        str(found["personal_number"]), str(found["full_name"]), str(found.get("pin", "")), str(found["email"])
    )


def _answer(answers: Mapping[str, Mapping[str, Any]], path: str) -> str:
    section, _, field = path.partition(".")
    return str(answers[section][field])
