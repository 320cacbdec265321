"""What the configurations of the demo say about its sites."""

from __future__ import annotations

from pathlib import Path

import pytest
from saola_command.demo.configurations import site_title
from saola_command.demo.declaration import Member

MEMBER = Member(
    code="P1", member_class="GOV", name={"en": "Office", "fr": "Bureau"}, subsystem="portal", site="portal", services=()
)


@pytest.mark.parametrize(
    ("country", "title"),
    [
        ("site_names: {portal: {en: Services, fr: Guichet}}", {"en": "Services – Office", "fr": "Guichet – Bureau"}),
        ("site_names: {portal: {en: Services}}", {"en": "Services – Office", "fr": "Bureau"}),
        ("code: xs", {"en": "Office", "fr": "Bureau"}),
    ],
)
def test_a_site_is_named_with_its_organisation(tmp_path: Path, country: str, title: dict[str, str]) -> None:
    (tmp_path / "country.yaml").write_text(country, encoding="utf-8")
    assert site_title(country=tmp_path, member=MEMBER) == title
