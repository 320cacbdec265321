"""Search over the country's procedures: by their words, by people's words, with or without diacritics.

Texts are folded by the blueprint (lower case, no diacritics) and searched by PostgreSQL's full text. The index is
rebuilt by the first search after the country's texts changed; its fingerprint tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import transaction
from django.db.models import F
from saola_blueprint import Country
from saola_blueprint.rules import fold
from saola_blueprint.schema import Procedure

from saola_platform.portal.models import SearchEntry

LONGEST_QUERY: Final = 200
_MOST_WORDS: Final = 12
# "simple" keeps every word as it is: no stop words, no stemming, right for any language once folded.
_CONFIG: Final = "simple"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave. ``complete`` is false when not every word was found and the best partial hits are shown."""

    procedures: tuple[Procedure, ...]
    complete: bool


def find_procedures(*, country: Country, query: str) -> Found:
    """Procedures for what somebody typed, best first; all words if possible, else any of them."""
    words = fold(query[:LONGEST_QUERY]).split()[:_MOST_WORDS]
    if not words:
        return Found(procedures=(), complete=True)
    fingerprint = ensure_indexed(country)
    for operator, complete in ((" & ", True), (" | ", False)):
        codes = _matching(fingerprint=fingerprint, expression=operator.join(f"{word}:*" for word in words))
        found = tuple(country.procedures[code] for code in codes if code in country.procedures)
        if found:
            return Found(procedures=found, complete=complete)
    return Found(procedures=(), complete=True)


def _matching(*, fingerprint: str, expression: str) -> list[str]:
    """Codes by rank. Words are folded (letters and digits only), so the expression cannot carry operators."""
    # The name counts most, then the words people use, then everything else (weights D, C, B, A).
    query = SearchQuery(expression, config=_CONFIG, search_type="raw")
    vector = (
        SearchVector("name", weight="A", config=_CONFIG)
        + SearchVector("words", weight="B", config=_CONFIG)
        + SearchVector("text", weight="D", config=_CONFIG)
    )
    rows = (
        SearchEntry.objects.filter(fingerprint=fingerprint)
        .annotate(vector=vector, rank=SearchRank(F("vector"), query, weights=[0.05, 0.2, 0.7, 1.0], normalization=1))
        .filter(vector=query)
        .order_by("-rank", "procedure")
        .values_list("procedure", flat=True)
    )
    return list(dict.fromkeys(rows))


def ensure_indexed(country: Country) -> str:
    """The fingerprint of the country's texts, having made sure that they are in the index."""
    entries = _entries_of(country)
    fingerprint = hashlib.sha256(json.dumps(entries, ensure_ascii=False).encode()).hexdigest()
    if not SearchEntry.objects.filter(fingerprint=fingerprint).exists():
        with transaction.atomic():
            SearchEntry.objects.bulk_create(
                [
                    SearchEntry(fingerprint=fingerprint, procedure=code, language=language, name=name, words=w, text=t)
                    for code, language, name, w, t in entries
                ],
                ignore_conflicts=True,
            )
            SearchEntry.objects.exclude(fingerprint=fingerprint).delete()
    return fingerprint


_Entry = tuple[str, str, str, str, str]


# Countries cannot be hashed (they hold mappings) and are loaded once per process: the last one seen is remembered.
_last: list[tuple[Country, list[_Entry]]] = []


def _entries_of(country: Country) -> list[_Entry]:
    """Folded texts, computed once per loaded country."""
    if not _last or _last[0][0] is not country:
        _last[:] = [(country, list(_folded(country)))]
    return _last[0][1]


def _folded(country: Country) -> Iterator[_Entry]:
    for code, procedure in sorted(country.procedures.items()):
        for language in country.languages:
            yield (
                code,
                language,
                fold(procedure.name.in_(language)),
                fold(" ".join(_words(country, procedure, language))),
                fold(" ".join(_texts(procedure, language))),
            )


def _words(country: Country, procedure: Procedure, language: str) -> Iterable[str]:
    yield from procedure.keywords.get(language, ())
    yield code_words(procedure.code)
    for event in procedure.life_events:
        if event in country.life_events:
            yield country.life_events[event].in_(language)


def code_words(code: str) -> str:
    """The official code as people copy it, and without its punctuation."""
    return f"{code} {''.join(letter for letter in code if letter.isalnum())}"


def _texts(procedure: Procedure, language: str) -> Iterable[str]:
    yield procedure.summary.in_(language)
    yield procedure.field_of_work.in_(language)
    yield from (result.name.in_(language) for result in procedure.results)
    yield from (document.name.in_(language) for document in procedure.documents)
    yield from (basis.number for basis in procedure.legal_basis)
