"""File names as people gave them, made safe to store, to sign and to send in a header.

The name is shown and kept inside containers; files on disk are found by digest, never by name.
"""

import re
import unicodedata
from typing import Final

LENGTH_LIMIT: Final = 80
# Windows' reserved device names open devices whatever their ending.
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_name(name: str, *, ending: str, fallback: str = "document") -> str:
    """The last part of ``name`` without paths, controls or marks that any system reads, ending in ``ending``.

    Letters of every language stay. ``ending`` (".pdf") comes from the content, so a name cannot lie about it.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(character if _is_plain(character) else "-" for character in last)
    stem = re.sub(r"[-\s]*-[-\s]*", "-", re.sub(r"\s+", " ", kept.rsplit(".", 1)[0])).strip(" .-")
    if not stem or _RESERVED.match(stem):
        stem = fallback
    return stem[:LENGTH_LIMIT].rstrip(" .-") + ending


def _is_plain(character: str) -> bool:
    # Categories: letters, marks, digits; no controls, no direction marks, no private or unassigned characters.
    return unicodedata.category(character)[0] in "LMN" or character in " -_.()"
