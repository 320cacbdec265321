"""Every text of the pages in every language of every country: translated, not fuzzy, with the same placeholders.

The source texts are English. A country that offers another language keeps a catalogue in its own folder. The texts are
found as Django's `makemessages` finds them, but by Babel, so that no program needs to be installed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize
from saola_blueprint import load_country

ROOT = Path(__file__).parents[1]
PACKAGES = ("identity", "platform", "theme")
SOURCE_LANGUAGE = "en"
_NAMES = ("gettext", "gettext_lazy", "gettext_noop", "_")
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(_NAMES),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")
TAG = re.compile(r"</?\w+[^>]*>")


@dataclass(frozen=True, slots=True)
class Text:
    """A source text, singular first, and where it stands."""

    forms: tuple[str, ...]
    context: str | None
    place: str


def as_python(path: Path) -> str:
    """The file as something that Babel's reader of Python can read."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    return "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())


def files() -> Iterator[Path]:
    """Every module and template of the packages that have pages."""
    for package in PACKAGES:
        for path in sorted((ROOT / "packages" / package / "src").rglob("*")):
            if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
                yield path


@cache
def texts() -> tuple[Text, ...]:
    """Every text that is translated."""
    found = []
    for path in files():
        source = io.BytesIO(as_python(path).encode())
        for line, message, _, context in extract("python", source, keywords=KEYWORDS, options={"encoding": "utf-8"}):
            forms = (message,) if isinstance(message, str) else tuple(message)
            found.append(Text(forms=forms, context=context, place=f"{path.relative_to(ROOT)}:{line}"))
    return tuple(found)


def catalogues() -> list[tuple[Path, str]]:
    """Each country's folder with each of its languages that needs a catalogue."""
    folders = [path.parent for path in sorted((ROOT / "countries").glob("*/country.yaml"))]
    return [(folder, one) for folder in folders for one in load_country(folder).languages if one != SOURCE_LANGUAGE]


@cache
def catalogue(folder: Path, language: str) -> Catalog:
    path = folder / "locale" / language / "LC_MESSAGES" / "django.po"
    assert path.is_file(), f"{path.relative_to(ROOT)} is missing: the country offers this language"
    with path.open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def translated(message: Message | None) -> tuple[str, ...]:
    """The translation's forms; nothing when one is missing or only guessed."""
    if message is None or message.fuzzy:
        return ()
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return forms if all(forms) else ()


def placeholders(text: str) -> set[str]:
    return {match.group() for match in PLACEHOLDER.finditer(text)}


def of_catalogue(folder: Path, language: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each entry: forms of the source, forms of the translation."""
    for message in catalogue(folder, language):
        if message.id:
            source = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            yield source, translated(message)


each = pytest.mark.parametrize(
    ("folder", "language"), catalogues(), ids=[f"{folder.name}-{one}" for folder, one in catalogues()]
)


def test_the_texts_of_pages_and_modules_are_found() -> None:
    places = {text.place.rsplit(":", 1)[0] for text in texts()}
    assert "packages/theme/src/saola_theme/templates/saola/base.html" in places
    assert any(place.startswith("packages/identity/") and place.endswith(".py") for place in places)
    assert len(texts()) > 400


@each
def test_every_text_is_translated(folder: Path, language: str) -> None:
    known = catalogue(folder, language)
    missing = [
        f"{text.place}: {text.forms[0]}" for text in texts() if not translated(known.get(text.forms[0], text.context))
    ]
    assert missing == []


@each
def test_nothing_is_translated_that_no_page_says(folder: Path, language: str) -> None:
    said = {text.forms[0] for text in texts()}
    assert [source[0] for source, _ in of_catalogue(folder, language) if source[0] not in said] == []


@each
def test_a_translation_has_the_placeholders_and_tags_of_its_source(folder: Path, language: str) -> None:
    wrong = [
        form
        for source, forms in of_catalogue(folder, language)
        for form in forms
        if placeholders(form) != placeholders(source[-1])
        or sorted(TAG.findall(form)) != sorted(TAG.findall(source[-1]))
    ]
    assert wrong == []


@each
def test_a_translation_begins_and_ends_as_its_source_does(folder: Path, language: str) -> None:
    """A full stop that is lost, or a space at an end, is seen on the page."""
    ends = ".:?…"
    wrong = [
        form
        for source, forms in of_catalogue(folder, language)
        for form in forms
        if form != form.strip() or (source[-1][-1] in ends) != (form[-1] in ends)
    ]
    assert wrong == []
