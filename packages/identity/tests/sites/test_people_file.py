"""The people of a demonstration: accounts, cards, and keys at a signer that may be late."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from saola_identity.accounts.api import Account
from saola_identity.authentication.demonstration.people import people as cards
from saola_identity.errors import ConfigurationInvalid, SignerUnavailable
from saola_identity.signing.signer import FakeSigner
from saola_identity.sites.people import credential_for, load_people, make_credentials, read_people

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
CLERK: dict[str, Any] = {
    "personal_number": "000000000009", "full_name": "Cy Example (clerk)", "given_name": "Cy", "surname": "Example",
    "label": {"en": "Clerk"}, "role": "clerk", "birth_date": "1980-02-03", "sex": "male", "level": "high",
    "email": None, "pin": "9999", "certificates": ["official"], "organisation": "W01", "title": {"en": "Registrar"},
    "story": {"en": "Works at the counter."},
}  # fmt: skip


@pytest.fixture
def people_file(tmp_path: Path) -> Any:
    def write(*people: dict[str, Any]) -> Path:
        path = tmp_path / "people.yaml"
        path.write_text(yaml.safe_dump({"people": list(people)}))
        return path

    return write


def test_numbers_and_dates_stay_what_was_written(tmp_path):
    path = tmp_path / "people.yaml"
    path.write_text(
        "people:\n- {personal_number: 000000000009, full_name: A, given_name: A, surname: B, label: {en: x}, role: y,"
        " sex: z, level: low, birth_date: 1990-01-02, pin: 0042, email: null}\n"
    )
    (person,) = read_people(path)
    assert (person.personal_number, person.pin, person.birth_date, person.email) == (
        "000000000009",
        "0042",
        "1990-01-02",
        None,
    )


def test_loading_twice_changes_nothing(db, people_file):
    people = read_people(people_file(CLERK))
    for _ in range(2):
        load_people(people=people, country=settings.COUNTRY, at=NOW)
    account = Account.objects.get()
    assert str(account.birth_date) == "1980-02-03"
    (card,) = cards(language="fr")
    assert (card.label, card.office, card.pin) == ("Clerk", "Ward One", "9999")


def test_an_official_s_certificate_names_office_and_organisation(people_file):
    new = credential_for(read_people(people_file(CLERK))[0], "official", settings.COUNTRY)
    assert new.hierarchy == "government"
    assert new.subject == {
        "common_name": "Cy Example (clerk)", "given_name": "Cy", "surname": "Example",
        "serial_number": "IDCXX-000000000009", "country": "XX", "organisation": "Ward One", "title": "Registrar",
    }  # fmt: skip


def test_a_signer_that_starts_late_is_waited_for(people_file):
    waited: list[float] = []
    signer = FakeSigner(failures=3)
    people = read_people(people_file(CLERK))
    for _ in range(2):
        assert make_credentials(people=people, country=settings.COUNTRY, signer=signer, wait=waited.append) == 1
    assert waited == [1.0, 1.0, 1.0]
    assert len(signer.kept) == 1


def test_a_signer_that_never_comes_is_given_up(people_file):
    signer = FakeSigner(failures=99)
    with pytest.raises(SignerUnavailable):
        make_credentials(
            people=read_people(people_file(CLERK)),
            country=settings.COUNTRY,
            signer=signer,
            wait=lambda _: None,
            attempts=3,
        )
    assert signer.failures == 96


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"level": "godlike"}, "level"),
        ({"certificates": ["royal"]}, "royal"),
        ({"pin": None}, "needs a PIN"),
        ({"organisation": None}, "organisation"),
        ({"birth_date": "3/2/1980"}, "1990-12-31"),
        ({"nickname": "C"}, "nickname"),
    ],
)
def test_a_wrong_entry_is_named(people_file, changes, words):
    with pytest.raises(ConfigurationInvalid, match=words):
        read_people(people_file(CLERK | changes))


def test_two_people_of_one_number_are_refused(people_file):
    with pytest.raises(ConfigurationInvalid, match="same personal_number"):
        read_people(people_file(CLERK, CLERK))
