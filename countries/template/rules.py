"""Rules of Lumara that hold for every procedure. Pure and dated."""

from saola_blueprint import rule


@rule("resident_number", since="2012-01-01", reference="Residents Act 2011, s. 5")
def resident_number(*, sequence, series):
    """Three digits of the series, five running, one to check; the series 000 is for demonstrations."""
    body = f"{series}{sequence:05d}"
    return f"{series}-{sequence:05d}-{_check_digit(body)}"


@rule("resident_number_check", since="2012-01-01", reference="Residents Act 2011, s. 5")
def resident_number_check(*, value):
    """Refuses a number whose last digit does not fit: most slips of the finger."""
    digits = value.replace("-", "")
    return None if _check_digit(digits[:-1]) == int(digits[-1]) else "check-digit"


@rule("dossier_code", since="2012-01-01", reference="Office Rules 2012, r. 9")
def dossier_code(*, authority, received_on, sequence, prefix):
    """L-RIVERTON-2026327-0001: authority, year and day of the year, running number of the day."""
    return f"{prefix}-{authority}-{received_on:%Y%j}-{sequence:04d}"


@rule("long_date", since="2012-01-01", reference="Office Rules 2012, r. 3")
def long_date(*, value):
    """2026-11-03 as 3.11.2026."""
    year, month, day = value.split("-")
    return f"{int(day)}.{int(month)}.{year}"


def _check_digit(digits):
    """Weights 2, 3, 4 … from the left, modulo 10."""
    return sum(int(digit) * weight for weight, digit in enumerate(digits, start=2)) % 10
