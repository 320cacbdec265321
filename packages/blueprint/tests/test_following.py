"""A country that is edited while it is served."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from saola_blueprint import CountryUnusable
from saola_blueprint.following import FollowedCountry

TEMPLATE = Path(__file__).resolve().parents[3] / "countries/template"


class Clock:
    """A clock that goes on when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEMPLATE, tmp_path / "country"))


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "procedures/birth-registration/texts/en.yaml"
    file.write_text(file.read_text().replace(old, new))


def test_an_edit_is_served_without_a_restart(folder: Path) -> None:
    clock = Clock()
    followed = FollowedCountry(folder, clock=clock)
    edit(folder, "name: Registration of a birth", "name: Register a birth now")
    assert str(followed.current().procedures["B-1"].name) == "Registration of a birth"
    clock.now = 3
    assert str(followed.current().procedures["B-1"].name) == "Register a birth now"


def test_a_procedure_that_is_copied_in_appears_and_one_taken_away_goes(folder: Path) -> None:
    clock = Clock()
    followed = FollowedCountry(folder, clock=clock)
    copy = folder / "procedures/second"
    shutil.copytree(folder / "procedures/birth-registration", copy)
    declaration = copy / "procedure.yaml"
    declaration.write_text(declaration.read_text().replace("code: B-1", "code: B-2"))
    clock.now = 3
    assert set(followed.current().procedures) == {"B-1", "B-2"}
    shutil.rmtree(copy)
    clock.now = 6
    assert set(followed.current().procedures) == {"B-1"}


def test_a_broken_edit_is_not_served_and_its_problems_are_told_until_it_is_mended(folder: Path) -> None:
    clock = Clock()
    followed = FollowedCountry(folder, clock=clock)
    edit(folder, "summary:", "sumary:")
    clock.now = 3
    assert str(followed.current().procedures["B-1"].summary).startswith("Enter a child")
    assert {problem.code for problem in followed.problems} == {"text.missing_translation", "text.unused"}
    edit(folder, "sumary:", "summary:")
    clock.now = 6
    followed.current()
    assert followed.problems == ()


def test_a_country_that_disappears_stays_served(folder: Path) -> None:
    clock = Clock()
    followed = FollowedCountry(folder, clock=clock)
    (folder / "country.yaml").unlink()
    clock.now = 3
    assert followed.current().code == "template"
    assert [problem.code for problem in followed.problems] == ["blueprint.country_unusable"]


def test_a_country_that_is_not_there_to_begin_with_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CountryUnusable):
        FollowedCountry(tmp_path)
