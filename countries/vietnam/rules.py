"""Rules of Vietnam that hold for every procedure: numbers, codes, dates in words. Pure and dated."""

from datetime import date

from saola_blueprint import rule

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


@rule("personal_number", since="2016-02-15", reference="Nghị định 137/2015/NĐ-CP, Điều 13")
def personal_number(*, data, sequence, today, prefix):
    """Twelve digits: three of the place (000 in the demonstration), century and sex, year, six running.

    Decree 70/2024 no longer prescribes this structure; the demonstration keeps it so that numbers look familiar.
    """
    born = date.fromisoformat(data["birth_date"]) if data.get("birth_date") else today
    century_and_sex = 2 * (born.year // 100 - 19) + (1 if data.get("sex") == "female" else 0)
    return f"{prefix}{century_and_sex}{born.year % 100:02d}{sequence:06d}"


@rule(
    "personal_number_structure",
    since="2016-02-15",
    reference="Nghị định 137/2015/NĐ-CP, Điều 13; Nghị định 70/2024/NĐ-CP",
)
def personal_number_structure(*, value, today):
    """Points out a number whose year of birth would lie in the future; never refuses."""
    year = 1900 + 100 * (int(value[3]) // 2) + int(value[4:6])
    return "number-structure" if year > today.year else None


@rule("dossier_code", since="2025-09-15", reference="Thông tư 03/2025/TT-VPCP, Điều 13")
def dossier_code(*, authority, received_on, sequence):
    """MX1X2.Y1Y2Y3.Z1Z2-YYMMDD-XXXX; the counter begins again each day at each authority."""
    return f"{authority}-{received_on:%y%m%d}-{sequence:04d}"


@rule("date_in_figures", since="2020-03-05", reference="Nghị định 30/2020/NĐ-CP, Điều 8")
def date_in_figures(*, value):
    """Day and month with two digits, as on official papers."""
    day = date.fromisoformat(value)
    return f"ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"


@rule("date_in_words", since="2020-07-16", reference="Thông tư 04/2020/TT-BTP")
def date_in_words(*, value):
    """The date written out, as civil-status papers require."""
    day = date.fromisoformat(value)
    return f"Ngày {_below_hundred(day.day)} tháng {_month(day.month)} năm {_year(day.year)}"


@rule("year_of", since="2020-07-16", reference="Thông tư 04/2020/TT-BTP")
def year_of(*, value):
    """The year of a date."""
    return value[:4] if value else None


def _below_hundred(number):
    tens, units = divmod(number, 10)
    if tens == 0:
        return _DIGITS[units]
    first = "mười" if tens == 1 else f"{_DIGITS[tens]} mươi"
    if units == 0:
        return first
    last = {1: "một" if tens == 1 else "mốt", 5: "lăm"}.get(units, _DIGITS[units])
    return f"{first} {last}"


def _month(number):
    return {1: "một", 4: "tư"}.get(number, _below_hundred(number))


def _year(year):
    thousands, rest = divmod(year, 1000)
    hundreds, rest = divmod(rest, 100)
    words = f"{_DIGITS[thousands]} nghìn {_DIGITS[hundreds]} trăm"
    if rest == 0:
        return words
    return f"{words} lẻ {_DIGITS[rest]}" if rest < 10 else f"{words} {_below_hundred(rest)}"
