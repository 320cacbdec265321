"""Vietnam: what the declarations say rests on the published text, and the words of the law come out right."""

from __future__ import annotations

import gzip
import json
import os
import re
from datetime import date
from pathlib import Path

import holidays as library
import pytest
from saola_blueprint import Country, load_country
from saola_blueprint.rules import fold, register_key, resolve_all, validate
from saola_blueprint.schema import DocumentRender

REPOSITORY = Path(__file__).resolve().parents[3]
REFERENCE = Path(os.environ.get("SAOLA_REFERENCE_DATA", REPOSITORY.parent / "shared/reference-data"))
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def vietnam() -> Country:
    return load_country(REPOSITORY / "countries/vietnam")


@pytest.fixture(scope="module")
def published() -> dict[str, dict[str, str]]:
    file = REFERENCE / "vietnam/procedures-selected.jsonl"
    if not file.is_file():
        pytest.skip("the reference data is not beside the project")
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return {record["ma_thu_tuc"]: record for record in records}


@pytest.mark.reference
def test_every_procedure_is_one_that_was_published(vietnam: Country, published: dict[str, dict[str, str]]) -> None:
    assert set(vietnam.procedures) == set(published)


@pytest.mark.reference
def test_every_legal_basis_of_birth_registration_is_in_the_published_text(
    vietnam: Country, published: dict[str, dict[str, str]]
) -> None:
    text = published["1.001193"]["can_cu_phap_ly"]
    numbers = {one.number for one in vietnam.procedures["1.001193"].legal_basis}
    assert {number for number in numbers if number not in text} == set()
    listed = set(re.findall(r"\d+(?:\.\d+)?/\d{4}/(?:NĐ-CP|TT-BTP|TT-BTC|NQ-CP|QH13)", text))
    # 02/2020/TT-BTP, on nationality papers, is only mentioned in the title of the circular that amends both
    assert numbers == listed - {"02/2020/TT-BTP"}


@pytest.mark.reference
def test_results_authority_and_fee_of_birth_registration_are_the_published_ones(
    vietnam: Country,
    published: dict[str, dict[str, str]],
) -> None:
    procedure, record = vietnam.procedures["1.001193"], published["1.001193"]
    assert procedure.name["vi"] == record["ten_thu_tuc"]
    assert all(f"{one.name['vi']}Mã: {one.code}" in record["ket_qua_xu_ly"] for one in procedure.results)
    assert fold(record["cap_thuc_hien"]) == fold(vietnam.levels[procedure.competent.level]["vi"])
    assert "Trực tuyến1Miễn phí" in record["cach_thuc_thuc_hien"]
    assert procedure.fees[0].amount.on(date(2026, 11, 23)) == 0
    assert "sau 15 giờ" in record["trinh_tu_thuc_hien"]
    assert procedure.time_limit.on(date(2026, 11, 23)).cut_off is not None


@pytest.mark.reference
def test_the_results_of_the_other_procedures_are_the_published_ones(
    vietnam: Country, published: dict[str, dict[str, str]]
) -> None:
    for procedure in vietnam.procedures.values():
        text = published[procedure.code]["ket_qua_xu_ly"]
        assert {one.code for one in procedure.results} <= set(re.findall(r"KQ\.[A-Z]\d\d\.\d+", text))


@pytest.mark.reference
def test_the_administrative_units_served_exist(vietnam: Country) -> None:
    file = REFERENCE / "vietnam/administrative-units.json.gz"
    if not file.is_file():
        pytest.skip("the reference data is not beside the project")
    provinces = json.loads(gzip.decompress(file.read_bytes()))
    known = {one["Code"]: one["FullName"] for one in provinces}
    known |= {ward["Code"]: ward["FullName"] for one in provinces for ward in one["Wards"]}
    for organisation in vietnam.organisations.values():
        for unit in organisation.units:
            assert fold(known[unit]).split()[-1] in fold(organisation.name["vi"])


def test_a_certificate_says_the_date_in_figures_and_in_words(vietnam: Country) -> None:
    operation = vietnam.procedures["1.001193"].operations["render-certificate"]
    assert isinstance(operation, DocumentRender)
    wanted = {name: operation.data[name] for name in ("birth_date", "birth_date_in_words")}
    words = {
        day: resolve_all(wanted, facts={"answers": {"child.birth_date": day}}, rules=vietnam.rules, on=date(2026, 1, 1))
        for day in ("2026-01-01", "2005-04-15", "2021-11-21", "2024-10-31")
    }
    assert words["2026-01-01"]["birth_date"] == "ngày 01 tháng 01 năm 2026"
    assert [one["birth_date_in_words"] for one in words.values()] == [
        "Ngày một tháng một năm hai nghìn không trăm hai mươi sáu",
        "Ngày mười lăm tháng tư năm hai nghìn không trăm lẻ năm",
        "Ngày hai mươi mốt tháng mười một năm hai nghìn không trăm hai mươi mốt",
        "Ngày ba mươi mốt tháng mười năm hai nghìn không trăm hai mươi bốn",
    ]


@pytest.mark.parametrize("year", [2025, 2026])
def test_working_days_agree_with_the_holidays_package(vietnam: Country, year: int) -> None:
    oracle = library.country_holidays("VN", years=[year])
    days = [date.fromordinal(date(year, 1, 1).toordinal() + number) for number in range(365)]
    assert [vietnam.calendar.working_day(day) for day in days] == [oracle.is_working_day(day) for day in days]


def test_the_swapped_saturday_of_2026_is_worked_and_its_monday_is_not(vietnam: Country) -> None:
    assert vietnam.calendar.working_day(date(2026, 8, 22))
    assert not vietnam.calendar.working_day(date(2026, 8, 31))


@pytest.mark.parametrize(
    ("birth_date", "sex", "key"),
    [
        ("2026-11-10", "male", "000226000007"),
        ("2026-11-10", "female", "000326000007"),
        ("1999-01-01", "male", "000099000007"),
        ("1999-01-01", "female", "000199000007"),
    ],
)
def test_numbers_of_the_demonstration_begin_with_zeroes(vietnam: Country, birth_date: str, sex: str, key: str) -> None:
    persons, data = vietnam.registers["persons"], {"birth_date": birth_date, "sex": sex}
    assert register_key(country=vietnam, register=persons, data=data, sequence=7, today=DAY) == key


def test_a_number_of_twelve_digits_is_never_refused_for_its_structure(vietnam: Country) -> None:
    answers = {"requester.personal_number": "000999000101"}
    procedure = vietnam.procedures["1.001193"]
    found = validate(country=vietnam, procedure=procedure, answers=answers, on=DAY, only_section="requester")
    about = [one for one in found if one.path == "requester.personal_number"]
    assert [(one.code, one.severity) for one in about] == [("number-structure", "warning")]


def test_there_are_fifty_four_peoples_and_other(vietnam: Country) -> None:
    choices = vietnam.code_lists["ethnicities"]
    assert [one.value for one in choices] == [*(f"{number:02d}" for number in range(1, 55)), "99"]
    assert len({one.label["vi"] for one in choices}) == 55


def test_there_are_two_levels_of_local_government_and_no_district(vietnam: Country) -> None:
    assert list(vietnam.levels) == ["ministry", "province", "commune"]
    (ward,) = vietnam.organisations_at("commune")
    assert ward.parent in {one.code for one in vietnam.organisations_at("province")}


def test_people_find_birth_registration_by_their_own_words_typed_without_accents(vietnam: Country) -> None:
    procedure = vietnam.procedures["1.001193"]
    words = {fold(word) for word in procedure.keywords["vi"]}
    assert {"lam giay khai sinh", "sinh con", "em be"} <= words


def test_dates_have_slashes_and_hours_are_of_twenty_four() -> None:
    written: dict[str, object] = {}
    exec((REPOSITORY / "countries/vietnam/formats/vi/formats.py").read_text(encoding="utf-8"), written)  # noqa: S102
    assert written["DATE_FORMAT"] == written["SHORT_DATE_FORMAT"] == "d/m/Y"
    assert written["DATETIME_FORMAT"] == written["SHORT_DATETIME_FORMAT"] == "H:i, d/m/Y"


def test_a_birth_too_long_ago_is_refused_with_the_bound_in_words(vietnam: Country) -> None:
    answers = {"child.situation": "ordinary", "child.birth_date": "1800-05-01"}
    found = validate(country=vietnam, procedure=vietnam.procedures["1.001193"], answers=answers, on=DAY)
    (problem,) = [one for one in found if one.code == "born-too-long-ago"]
    assert problem.severity == "error"
    assert "150 năm" in problem.message["vi"]
    assert "150 years ago" in problem.message["en"]
