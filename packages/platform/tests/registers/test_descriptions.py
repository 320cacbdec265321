"""What the register says about itself: to machines and to people. And its samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from saola_platform.registers import preparation
from saola_platform.registers.errors import SampleRefused
from saola_platform.registers.models import Record, RecordVersion, Usage

pytestmark = pytest.mark.django_db


def test_the_description_says_what_each_field_takes() -> None:
    document = Client().get("/services/persons/openapi.json").json()
    new = document["paths"]["/records"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    data = new["properties"]["data"]
    assert data["required"] == ["name", "born"], "the number is given by the register"
    assert data["properties"]["sex"]["enum"] == ["f", "m"]
    searchable = [parameter["name"] for parameter in document["paths"]["/records"]["get"]["parameters"]]
    assert searchable[:4] == ["number", "born", "children", "married"]
    assert "Saola-Purpose" in searchable


def test_the_description_of_an_unknown_register_is_a_problem() -> None:
    assert Client().get("/services/ghosts/openapi.json").json()["code"] == "register.not_found"


def test_data_usage_is_described_too() -> None:
    assert "/usages" in Client().get("/services/data-usage/openapi.json").json()["paths"]


def test_the_status_page_shows_figures_and_nobodys_data(call: Any) -> None:
    data = {"name": "Example (mother)", "born": "1990-01-31"}
    key = call("POST", "/services/persons/records", {"data": data}, key="1").json()["key"]
    call("GET", f"/services/persons/records/{key}")
    page = Client().get("/")
    content = page.content.decode()
    assert page.status_code == 200
    assert "Register of persons" in content
    assert "Ministry A" in content
    assert "Example Act 1/2020" in content
    assert key not in content
    assert "Example (mother)" not in content
    assert page.context["cards"][0]["records"] == page.context["cards"][0]["reads_today"] == 1


def samples(folder: Path, content: str) -> Path:
    """A file of samples."""
    file = folder / "registers.yaml"
    file.write_text(content)
    return file


def test_samples_are_loaded_once(tmp_path: Path, using_site: Any) -> None:
    using_site(
        register_samples=samples(tmp_path, "persons:\n- {number: P000001, name: A, born: 1990-01-31}\nghosts: []\n")
    )
    preparation.prepare()
    preparation.prepare()
    assert Record.objects.get().data == {"number": "P000001", "name": "A", "born": "1990-01-31"}
    assert RecordVersion.objects.count() == 1
    assert Usage.objects.count() == 0


def test_new_numbers_pass_over_those_of_samples(tmp_path: Path, using_site: Any, call: Any) -> None:
    using_site(register_samples=samples(tmp_path, "persons: [{number: P000000, name: A, born: 1990-01-31}]"))
    preparation.prepare()
    data = {"name": "B", "born": "1990-01-31"}
    assert call("POST", "/services/persons/records", {"data": data}, key="1").json()["key"] == "P000001"


@pytest.mark.parametrize(
    "content",
    [
        "persons: 5",
        "[]",
        "persons: [{name: A}]",
        "persons: [{number: X, name: A, born: 1990-01-31}]",
        "a: [",
        "persons: [1]",
    ],
)
def test_samples_that_do_not_fit_stop_the_preparation(tmp_path: Path, using_site: Any, content: str) -> None:
    using_site(register_samples=samples(tmp_path, content))
    with pytest.raises(SampleRefused, match=r"registers\.yaml"):
        preparation.prepare()
    assert Record.objects.count() == 0
