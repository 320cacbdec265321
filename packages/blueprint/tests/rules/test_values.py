"""Paths, conditions, lookups, numbers, fees, notices."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_blueprint import Country, load_country
from saola_blueprint.errors import NoValueOn, PathUnknown, RuleFailed, RuleMissing
from saola_blueprint.rules import (
    documents_needed,
    dossier_code,
    fees_due,
    fold,
    holds,
    lookups_behind,
    lookups_to_make,
    notice_text,
    prefilled_answers,
    register_key,
    relevant_answers,
    resolve,
    resolve_all,
    value_at,
)
from saola_blueprint.schema import Comparison, Constant, FromPath, FromRule, Rule, Rulebook, Source, rule

COUNTRIES = Path(__file__).resolve().parents[4] / "countries"
DAY = date(2026, 11, 24)
ANSWERS = st.dictionaries(
    st.sampled_from(["parents.two_parents", "parents.other_name", "child.name", "child.sex", "nonsense"]),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
)


@pytest.fixture(scope="module")
def lumara() -> Country:
    return load_country(COUNTRIES / "template")


def test_answers_are_found_by_their_whole_path() -> None:
    assert value_at("answers.child.name", {"answers": {"child.name": "Fern"}}) == "Fern"


def test_what_was_not_answered_is_none() -> None:
    assert value_at("answers.child.name", {"answers": {}}) is None


def test_what_was_not_found_is_none() -> None:
    assert value_at("lookups.union.one", {"lookups": {"union": None}}) is None


@pytest.mark.parametrize("path", ["kept.number", "dossier.code", "authority.name", "applicant.age", "wishes.x"])
def test_any_other_path_that_leads_nowhere_is_an_error(path: str) -> None:
    with pytest.raises(PathUnknown):
        value_at(path, {"kept": {}, "applicant": {"full_name": "Ada"}})


def test_today_travels_as_text() -> None:
    assert value_at("today", {"today": DAY}) == "2026-11-24"


def test_a_choice_in_words_is_its_label_and_an_unknown_choice_stays() -> None:
    source = FromPath("labels.child.sex", {"f": "Female"})
    assert resolve(source, facts={"answers": {"child.sex": "f"}}, rules=Rulebook(), on=DAY) == "Female"
    assert resolve(source, facts={"answers": {"child.sex": "q"}}, rules=Rulebook(), on=DAY) == "q"


def test_values_that_are_none_are_left_out() -> None:
    sources: dict[str, Source] = {"a": Constant("x"), "b": FromPath("answers.b.c")}
    assert resolve_all(sources, facts={"answers": {}}, rules=Rulebook(), on=DAY) == {"a": "x"}


def _book() -> Rulebook:
    @rule("double", since="2020-01-01", reference="Act 1")
    def first(*, value: str) -> str:
        return value * 2

    @rule("double", since="2025-01-01", reference="Act 2")
    def second(*, value: str) -> str:
        return value * 3

    versions = (Rule("double", date(2020, 1, 1), "Act 1", first), Rule("double", date(2025, 1, 1), "Act 2", second))
    return Rulebook({"double": versions})


@pytest.mark.parametrize(("on", "expected"), [(date(2024, 12, 31), "abab"), (date(2025, 1, 1), "ababab")])
def test_the_rule_in_force_on_the_day_is_called(on: date, expected: str) -> None:
    source = FromRule("double", {"value": Constant("ab")})
    assert resolve(source, facts={}, rules=_book(), on=on) == expected


def test_before_its_first_day_a_rule_is_missing() -> None:
    with pytest.raises(RuleMissing, match="double"):
        _book().call("double", on=date(2019, 12, 31), value="x")


def test_a_rule_that_raises_is_named_and_its_data_is_not_told() -> None:
    with pytest.raises(RuleFailed) as failure:
        _book().call("double", on=DAY, value=None)
    assert failure.value.detail == "rule 'double' failed: TypeError"


def test_a_rule_is_given_only_what_it_takes() -> None:
    assert _book().call("double", on=DAY, value="a", weather="rain") == "aaa"


@pytest.mark.parametrize(
    ("operator", "value", "answer", "expected"),
    [
        ("=", "a", "a", True),
        ("=", "a", None, False),
        ("!=", "a", None, True),
        ("=", True, 1, False),
        ("=", 1, True, False),
        ("present", None, "", False),
        ("present", None, False, True),
        ("absent", None, None, True),
    ],
)
def test_a_condition_is_one_comparison(operator: str, value: object, answer: object, expected: bool) -> None:
    condition = Comparison("s.f", operator, value)  # type: ignore[arg-type]
    assert holds(condition, {"s.f": answer} if answer is not None else {}) is expected


def test_an_answer_to_a_question_that_is_not_asked_counts_as_not_given(lumara: Country) -> None:
    form = lumara.procedures["B-1"].form
    assert form is not None
    given_answers = {"parents.two_parents": False, "parents.other_name": "Ben"}
    assert relevant_answers(form, given_answers) == {"parents.two_parents": False}


@given(answers=ANSWERS)
def test_relevant_answers_are_stable_and_part_of_the_answers(lumara: Country, answers: dict[str, object]) -> None:
    form = lumara.procedures["B-1"].form
    assert form is not None
    relevant = relevant_answers(form, answers)
    assert relevant.items() <= answers.items()
    assert relevant_answers(form, relevant) == relevant


def test_each_lookup_waits_for_those_it_builds_on_and_is_made_once(lumara: Country) -> None:
    procedure = lumara.procedures["B-1"]
    applicant = {"personal_number": "000-00101-6", "full_name": "Ada"}
    procedure_facts = {"answers": {}, "applicant": applicant}
    first = lookups_to_make(procedure=procedure, facts=procedure_facts, on=DAY)
    assert [(one.id, one.key, one.find) for one in first] == [
        ("me", "000-00101-6", ()),
        ("union", None, (("one", "000-00101-6"), ("other", "000-00101-6"))),
    ]
    assert first[0].purpose == "procedure:B-1"
    assert "Residents Act" in first[0].legal_ground["en"]
    done = {"me": None, "union": {"one": "000-00101-6", "other": "000-00102-5"}}
    second = lookups_to_make(procedure=procedure, facts={**procedure_facts, "lookups": done}, on=DAY)
    assert [one.key for one in second] == ["000-00102-5"]
    all_done = {**done, "partner": None}
    assert lookups_to_make(procedure=procedure, facts={**procedure_facts, "lookups": all_done}, on=DAY) == ()


def test_without_a_union_no_partner_is_looked_up(lumara: Country) -> None:
    facts = {"applicant": {"personal_number": "000-00105-2"}, "lookups": {"me": None, "union": None}}
    assert lookups_to_make(procedure=lumara.procedures["B-1"], facts=facts, on=DAY) == ()


def test_records_found_fill_in_the_fields_that_name_them(lumara: Country) -> None:
    form = lumara.procedures["B-1"].form
    assert form is not None
    found = {"me": {"name": "Ada", "home": None}, "partner": None}
    assert prefilled_answers(form=form, lookups=found) == {"parents.my_name": "Ada"}


def test_a_paper_is_not_asked_for_when_the_data_was_found(lumara: Country) -> None:
    procedure = lumara.procedures["B-1"]
    asked = documents_needed(procedure=procedure, answers={}, lookups={"me": None})
    assert asked == ("midwife-note", "proof-of-home")
    assert documents_needed(procedure=procedure, answers={}, lookups={"me": {"name": "x"}}) == ("midwife-note",)


def test_a_register_numbers_its_records_by_the_country_s_rule(lumara: Country) -> None:
    residents = lumara.registers["residents"]
    key = register_key(country=lumara, register=residents, data={}, sequence=101, today=DAY)
    assert key == "000-00101-6"


def test_a_register_without_numbering_gives_no_key(lumara: Country) -> None:
    with pytest.raises(RuleMissing, match="births"):
        register_key(country=lumara, register=lumara.registers["births"], data={}, sequence=1, today=DAY)


def test_dossier_codes_differ_by_authority_day_and_sequence(lumara: Country) -> None:
    codes = {
        dossier_code(country=lumara, authority=authority, received_on=date(2026, 11, day), sequence=sequence)
        for authority in ("RIVERTON", "LAKETON")
        for day in (23, 24)
        for sequence in (1, 2)
    }
    assert len(codes) == 8


@pytest.mark.parametrize(
    ("on", "born_on", "amount"),
    [
        (date(2013, 1, 1), "2012-11-01", 1200),
        (date(2024, 1, 1), "2023-11-01", 1500),
        (date(2024, 12, 31), "2024-12-16", 1500),
        (date(2025, 1, 1), "2024-12-16", 0),
    ],
)
def test_a_fee_is_that_of_its_day(lumara: Country, on: date, born_on: str, amount: int) -> None:
    procedure = lumara.procedures["B-1"]
    due = fees_due(country=lumara, procedure=procedure, answers={"child.born_on": born_on}, on=on)
    assert [(one.id, one.amount) for one in due] == [("entry", amount)]


def test_before_there_was_a_law_there_is_no_value(lumara: Country) -> None:
    with pytest.raises(NoValueOn, match="2011-12-31"):
        lumara.procedures["B-1"].time_limit.on(date(2011, 12, 31))


def test_a_notice_tells_the_parameter_of_the_day(lumara: Country) -> None:
    notice = lumara.procedures["B-1"].notices[0]
    assert "within 14 days" in notice_text(country=lumara, notice=notice, on=date(2024, 12, 31))["en"]
    assert "within 30 days" in notice_text(country=lumara, notice=notice, on=date(2025, 1, 1))["en"]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("\u0110or\u0111e  \u0110-\u0110!", "dorde d d"),
        ("\u1ea6\u1eb5 \u01b0\u1edbc", "aa uoc"),
        ("\u0141\u00f3d\u017a, \u00d8resund", "lodz oresund"),
        ("Stra\u00dfe", "strasse"),
        ("\u0130stanbul", "istanbul"),
        ("e\u0301", "e"),
    ],
)
def test_folding_takes_away_what_people_do_not_type(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_read_stands_and_falls_with_those_that_it_builds_on(lumara: Country) -> None:
    form = lumara.procedures["B-1"].form
    assert form is not None
    assert lookups_behind(form, names=["partner"]) == {"partner", "union"}
    assert lookups_behind(form, names=["me"]) == {"me"}
    assert lookups_behind(form, names=["nobody"]) == frozenset()
