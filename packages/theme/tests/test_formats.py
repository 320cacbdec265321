"""Dates as the country writes them: its own folder first, the theme's habit otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import formats, translation
from saola_theme.formats import OF_THE_COUNTRY, format_modules

DAY = dt.datetime(2026, 3, 9, 16, 5, tzinfo=dt.UTC)
FRENCH = 'DATE_FORMAT = "d.m.y"\nDATETIME_FORMAT = "d.m.y H:i"\n'


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    formats.reset_format_cache()
    yield
    formats.reset_format_cache()


def written(*, folder: Path, language: str) -> str:
    with override_settings(FORMAT_MODULE_PATH=format_modules(country_folder=folder)), translation.override(language):
        formats.reset_format_cache()
        return formats.date_format(DAY, "DATETIME_FORMAT")


def country(folder: Path, *, text: str) -> Path:
    (folder / "formats" / "fr").mkdir(parents=True)
    (folder / "formats" / "fr" / "formats.py").write_text(text, encoding="utf-8")
    return folder


def test_a_country_writes_dates_in_its_own_way(tmp_path: Path) -> None:
    assert written(folder=country(tmp_path, text=FRENCH), language="fr") == "09.03.26 16:05"


def test_a_language_that_the_country_says_nothing_about_keeps_the_habit_of_the_theme(tmp_path: Path) -> None:
    assert written(folder=country(tmp_path, text=FRENCH), language="en") == "9 March 2026, 16:05"


def test_a_country_without_formats_of_its_own_is_no_error(tmp_path: Path) -> None:
    assert format_modules(country_folder=tmp_path) == ["saola_theme.formats"]


def test_a_country_with_formats_is_asked_first(tmp_path: Path) -> None:
    assert format_modules(country_folder=country(tmp_path, text=FRENCH)) == [OF_THE_COUNTRY, "saola_theme.formats"]
