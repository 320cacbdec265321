"""The desk of a commune's one-stop, and browsers of its people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .desk import Desk


@pytest.fixture
def desk(db: Any, using_site: Any, tmp_path: Path, settings: Any) -> Iterator[Desk]:
    """The desk with one dossier in its queue; its clock stands at ten on a working day."""
    from .desk import desk_of  # Django is configured only when the first test is collected

    del db
    settings.ROOT_URLCONF = "saola_platform.sites.urls_onestop"
    with desk_of(using_site=using_site, folder=tmp_path) as found:
        yield found
