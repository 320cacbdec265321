"""Folding for search: what people type without accents finds what is written with them.

Works by Unicode's own data, for every script that decomposes and every Latin letter whose name
says "WITH" (a stroke, a hook); no language is treated by itself.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    name = unicodedata.name(letter, "")
    if name.startswith("LATIN ") and " WITH " in name:
        try:
            return unicodedata.lookup(name.partition(" WITH ")[0])
        except KeyError:
            return letter
    return letter


def fold(text: str) -> str:
    """Lower case, without diacritics, with single spaces between words and no other punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = (_fold_letter(one) for one in decomposed if not unicodedata.combining(one))
    words = "".join(one if one.isalnum() else " " for one in letters)
    return " ".join(words.casefold().split())
