"""How dates and times are written (Django's FORMAT_MODULE_PATH): the country's habit, then the theme's.

A country's folder may hold ``formats/<language>/formats.py`` with Django's names. What is there goes before what
stands here, and what stands here is only for where Django's own habit would be a surprise.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Final

OF_THE_COUNTRY: Final = "saola_formats_of_the_country"


def format_modules(*, country_folder: Path) -> list[str]:
    """The value for FORMAT_MODULE_PATH; a country without formats of its own leaves only the theme's."""
    folder = country_folder / "formats"
    if not folder.is_dir():
        return [__name__]
    # The country's folder is no installed package: it is given a name under which Django can import from it.
    specification = importlib.util.spec_from_loader(OF_THE_COUNTRY, loader=None, is_package=True)
    if specification is None:
        return [__name__]
    specification.submodule_search_locations = [str(folder)]
    sys.modules[OF_THE_COUNTRY] = importlib.util.module_from_spec(specification)
    return [OF_THE_COUNTRY, __name__]
