"""The people file of a demonstration: accounts, cards, and signing credentials with their PINs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import yaml

from saola_identity.accounts.api import PersonDetails, level, save_account
from saola_identity.accounts.models import LEVELS
from saola_identity.configuration.loading import read
from saola_identity.errors import ConfigurationInvalid, FileUnreadable, SignerUnavailable
from saola_identity.signing.signer import Kind, NewCredential, Signer
from saola_identity.sites.country import CountryFacts

HIERARCHIES: Mapping[Kind, str] = {"person": "public", "official": "government"}
NO_TEXT: Mapping[str, str] = {}


class _TextLoader(yaml.SafeLoader):
    """Leaves dates and numbers as they were written: 0001 stays 0001. Only "nothing" is not text."""


_TextLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Person:
    """One entry of the people file."""

    personal_number: str
    full_name: str
    given_name: str
    surname: str
    label: Mapping[str, str]
    role: str
    sex: str
    level: str
    birth_date: str | None = None
    email: str | None = None
    phone: str | None = None
    pin: str | None = field(default=None, repr=False)
    certificates: tuple[str, ...] = ()
    organisation: str | None = None
    title: Mapping[str, str] | None = None
    story: Mapping[str, str] | None = None


def read_people(path: Path) -> tuple[Person, ...]:
    """The entries; raises ConfigurationInvalid naming the entry that is wrong."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_TextLoader)  # noqa: S506 - a safe loader
    except OSError as exc:
        raise FileUnreadable(path, error=exc) from exc
    except (UnicodeDecodeError, yaml.YAMLError) as exc:
        raise ConfigurationInvalid(f"{path}: is not YAML: {exc}") from exc
    if not isinstance(data, dict) or set(data) != {"people"} or not isinstance(data["people"], list):
        raise ConfigurationInvalid(f"{path}: expected one list called people")
    people = tuple(
        _checked(read(Person, one, where=f"{path.name}: people[{n}]", folder=path.parent), f"{path.name}: people[{n}]")
        for n, one in enumerate(data["people"])
    )
    numbers = [person.personal_number for person in people]
    if len(set(numbers)) != len(numbers):
        raise ConfigurationInvalid(f"{path}: two people have the same personal_number")
    return people


def load_people(*, people: tuple[Person, ...], country: CountryFacts, at: datetime) -> None:
    """Make the accounts and the cards, or bring them up to date."""
    from saola_identity.authentication.demonstration.people import save_persona

    for position, person in enumerate(people):
        account = save_account(person=_details(person), at=at)
        save_persona(
            account=account,
            role=person.role,
            label=person.label,
            story=person.story or NO_TEXT,
            title=person.title or NO_TEXT,
            organisation=_organisation(person, country),
            pin=person.pin or "",
            position=position,
        )


def make_credentials(
    *,
    people: tuple[Person, ...],
    country: CountryFacts,
    signer: Signer,
    wait: Callable[[float], None],
    attempts: int = 60,
) -> int:
    """A signing key for every certificate that a person is to have; how many. Waits for a signer that is starting.

    Raises:
        SignerUnavailable: it did not answer `attempts` times, a second apart.
    """
    wanted = [
        credential_for(person, kind, country)
        for person in people
        for kind in HIERARCHIES
        if kind in person.certificates
    ]
    for new in wanted:
        _create(new, signer=signer, wait=wait, attempts=attempts)
    return len(wanted)


def credential_for(person: Person, kind: Kind, country: CountryFacts) -> NewCredential:
    """What the signer is asked for; the subject follows EN 319 412-1 §5.1.3 (IDC: national identity card number)."""
    subject = {
        "common_name": person.full_name,
        "given_name": person.given_name,
        "surname": person.surname,
        "serial_number": f"IDC{country.territory}-{person.personal_number}",
        "country": country.territory,
    }
    if kind == "official":
        subject["organisation"] = _organisation(person, country)
        if person.title:
            subject["title"] = person.title.get(country.default_language) or next(iter(person.title.values()))
    return NewCredential(
        owner=person.personal_number, kind=kind, hierarchy=HIERARCHIES[kind], subject=subject, pin=person.pin or ""
    )


def _create(new: NewCredential, *, signer: Signer, wait: Callable[[float], None], attempts: int) -> None:
    for attempt in range(attempts):
        try:
            signer.create(new)
        except SignerUnavailable:
            if attempt == attempts - 1:
                raise
            wait(1.0)
        else:
            return


def _checked(person: Person, where: str) -> Person:
    if person.level not in LEVELS:
        raise ConfigurationInvalid(f"{where}.level: {person.level!r} is none of {', '.join(LEVELS)}")
    unknown = set(person.certificates) - set(HIERARCHIES)
    if unknown:
        raise ConfigurationInvalid(f"{where}.certificates: {', '.join(sorted(unknown))} is not known")
    if person.certificates and not person.pin:
        raise ConfigurationInvalid(f"{where}.pin: who has a certificate needs a PIN")
    if "official" in person.certificates and not person.organisation:
        raise ConfigurationInvalid(f"{where}.organisation: an official's certificate names an organisation")
    _birth_date(person, where)
    return person


def _details(person: Person) -> PersonDetails:
    return PersonDetails(
        personal_number=person.personal_number,
        full_name=person.full_name,
        given_name=person.given_name,
        surname=person.surname,
        birth_date=_birth_date(person, "people"),
        sex=person.sex,
        email=person.email or "",
        phone=person.phone or "",
        level=level(person.level),
    )


def _birth_date(person: Person, where: str) -> date | None:
    try:
        return date.fromisoformat(person.birth_date) if person.birth_date else None
    except ValueError as exc:
        raise ConfigurationInvalid(f"{where}.birth_date: write it as 1990-12-31") from exc


def _organisation(person: Person, country: CountryFacts) -> str:
    code = person.organisation or ""
    return country.organisations.get(code, code)
