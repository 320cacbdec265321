"""Reading: strict, with lines, and never an error that is not declared."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saola_blueprint import CountryInvalid, CountryUnusable, load_country
from saola_blueprint.loader.records import Findings, Languages, Record
from saola_blueprint.loader.workflows import read_workflow
from saola_blueprint.loader.yaml_lines import Entries, Scalar, Unreadable, parse_yaml
from saola_blueprint.schema import Text
from saola_blueprint.schema.workflow import NODES

REPOSITORY = Path(__file__).resolve().parents[4]
COUNTRIES = REPOSITORY / "countries"
REFERENCE = Path(os.environ.get("SAOLA_REFERENCE_DATA", REPOSITORY.parent / "shared/reference-data"))
FILE = Path("a.yaml")
LANGUAGES = Languages(("en", "fr"), "en")


def record(text: str, findings: Findings) -> Record:
    return Record(parse_yaml(text, FILE), findings, LANGUAGES)


def test_scalars_stay_text_and_know_their_line() -> None:
    value = parse_yaml("a: 1\nb: no\nc: 007\nd: 2026-01-01\n", FILE)
    assert isinstance(value, Entries)
    texts = {name: one.text for name, one in value.entries.items() if isinstance(one, Scalar)}
    assert texts == {"a": "1", "b": "no", "c": "007", "d": "2026-01-01"}
    assert [place.line for place in value.places.values()] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "twice"),
        ("a: &x 1\nb: *x\n", "aliases"),
        ("? [a]\n: 1\n", "plain word"),
        ("a: [", "no valid YAML"),
        ("", "empty"),
        ("a: \x00", "no valid YAML"),
        ("[" * 60 + "]" * 60, "deeply"),
    ],
)
def test_what_a_reviewer_could_misread_is_refused(text: str, message: str) -> None:
    with pytest.raises(Unreadable, match=message) as refused:
        parse_yaml(text, FILE)
    assert refused.value.problem.code == "yaml.unreadable"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Unreadable):
        assert parse_yaml(text, FILE).place.line >= 1


def test_an_unknown_key_is_reported_with_its_line_and_the_known_ones() -> None:
    findings = Findings()
    with record("name: x\ncolour: y\n", findings) as one:
        one.text("name")
    (found,) = findings.problems
    assert (found.line, found.code) == (2, "schema.unknown_key")
    assert "name" in found.remedy


def test_a_missing_translation_is_reported() -> None:
    findings = Findings()
    record("title: {en: Hello}\n", findings).translated("title")
    assert [one.code for one in findings.problems] == ["text.missing_translation"]
    assert "'fr'" in findings.problems[0].message


@pytest.mark.parametrize("word", ["yes", "True", "1", "on"])
def test_only_true_and_false_are_flags(word: str) -> None:
    findings = Findings()
    record(f"required: {word}\n", findings).flag("required")
    assert [one.code for one in findings.problems] == ["schema.wrong_value"]


def test_a_country_with_problems_is_never_handed_out(tmp_path: Path) -> None:
    (tmp_path / "country.yaml").write_text("languages: {en: English}\ndefault_language: en\n")
    with pytest.raises(CountryInvalid) as invalid:
        load_country(tmp_path)
    assert len(invalid.value.problems) > 5
    assert list(invalid.value.problems) == sorted(invalid.value.problems)


def test_a_folder_without_a_country_is_unusable(tmp_path: Path) -> None:
    with pytest.raises(CountryUnusable):
        load_country(tmp_path)


def test_a_text_falls_back_to_the_default_language() -> None:
    text = Text.of(default_language="en", versions={"en": "Hello", "fr": "Bonjour"})
    assert (text.in_("fr-CH"), text.in_("de"), str(text), dict(text)) == (
        "Bonjour",
        "Hello",
        "Hello",
        {"en": "Hello", "fr": "Bonjour"},
    )


def test_filling_in_a_text_reaches_into_nothing() -> None:
    text = Text.of(default_language="en", versions={"en": "{x.__class__} {x}"})
    assert str(text.format(x=1)) == "{x.__class__} 1"


def test_the_country_is_read_alike_twice() -> None:
    assert load_country(COUNTRIES / "template").procedures == load_country(COUNTRIES / "template").procedures


def test_an_exchange_address_is_that_of_the_nearest_parent() -> None:
    lumara = load_country(COUNTRIES / "template")
    address, owner = lumara.exchange_of("RIVERTON"), lumara.gateway_owner("RIVERTON")
    assert address is not None
    assert owner is not None
    assert (address.member_code, owner.code) == ("SHIRE", "SHIRE")
    assert lumara.exchange_of("nobody") is None


def test_a_workflow_with_a_document_type_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "workflow.bpmn"
    file.write_text('<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d>&e;</d>')
    findings = Findings()
    assert read_workflow(file, findings) is None
    assert [one.code for one in findings.problems] == ["workflow.unreadable"]


@given(st.binary(max_size=200))
@settings(max_examples=50)
def test_any_bytes_are_no_workflow_and_no_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("flow") / "workflow.bpmn"
    file.write_bytes(content)
    findings = Findings()
    assert read_workflow(file, findings) is None
    assert findings.problems


@pytest.mark.reference
def test_models_of_other_tools_are_read_or_refused_by_name_and_nothing_is_lost() -> None:
    folder = REFERENCE / "bpmn"
    if not folder.is_dir():
        pytest.skip("the reference data is not beside the project")
    read = 0
    for case in json.loads((folder / "cases.json").read_text())["cases"]:
        findings, counted = Findings(), case["elements"]
        workflow = read_workflow(folder / case["file"], findings)
        if workflow is None:
            assert counted["process"] != 1
            assert [one.code for one in findings.problems] == ["workflow.unreadable"]
        elif not set(counted) & {"subProcess", "adHocSubProcess", "transaction"}:
            read += 1
            assert len(workflow.nodes) == sum(counted.get(kind, 0) for kind in NODES), case["file"]
            assert len(workflow.flows) == counted.get("sequenceFlow", 0), case["file"]
    assert read >= 20
