"""The one-stop of a country, with fakes at every seam."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .world import OneStop


@pytest.fixture(params=["vietnam"])
def onestop(request: pytest.FixtureRequest, db: Any, using_site: Any, tmp_path: Path) -> Iterator[OneStop]:
    """The one-stop of a commune; indirect parametrisation names another country."""
    from .world import one_stop_of  # Django is configured only when the first test is collected

    del db
    with one_stop_of(country=request.param, using_site=using_site, folder=tmp_path) as found:
        yield found
