"""Documents by typst: the same template, data and time give the same bytes, as a signature is over the bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from saola_platform.cases.errors import OperationRefused
from saola_platform.cases.receipt import TEMPLATE
from saola_platform.cases.typesetting import qr_svg, typeset

AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
DATA = {"language": "en", "title": "Receipt", "country": "Exampleland", "authority": "Ward of A", "address": "",
        "rows": [["Dossier code", "D-1"]], "papers_title": "Papers", "papers": ["notice.pdf"], "note": "A note",
        "footer": "A footer", "qr": qr_svg("http://testserver/track/D-1")}  # fmt: skip


def test_the_same_data_and_time_give_the_same_bytes() -> None:
    made = typeset(template=TEMPLATE, data=DATA, at=AT)

    assert made == typeset(template=TEMPLATE, data=DATA, at=AT)
    assert made != typeset(template=TEMPLATE, data=DATA, at=AT + timedelta(seconds=1))


def test_what_a_template_complains_about_is_told(tmp_path: Path) -> None:
    template = tmp_path / "bad.typ"
    template.write_text("#(data.nothing)")

    with pytest.raises(OperationRefused, match=r"bad\.typ"):
        typeset(template=template, data={}, at=AT)
