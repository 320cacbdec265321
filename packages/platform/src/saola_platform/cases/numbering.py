"""Dossier codes: the country's rule over a counter that restarts each day for each agency and has no gaps.

The counter's row stays locked until the transaction of the caller ends: two applications that arrive together
get two codes, and one that is refused after all leaves no hole.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from saola_blueprint.rules import dossier_code
from saola_blueprint.schema import Country

from saola_platform.cases.models import DayCounter


def next_code(*, country: Country, agency: str, at: datetime) -> str:
    """The next dossier code of an agency; only inside a transaction."""
    day = at.astimezone(ZoneInfo(country.timezone)).date()
    DayCounter.objects.get_or_create(agency=agency, day=day)
    counter = DayCounter.objects.select_for_update().get(agency=agency, day=day)
    counter.last += 1
    counter.save(update_fields=["last"])
    return dossier_code(country=country, authority=agency, received_on=day, sequence=counter.last)
