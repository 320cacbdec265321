"""The base page and the components, rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import saola_theme
from django.template.loader import get_template, render_to_string
from lxml import html

TEMPLATES = Path(saola_theme.__file__).parent / "templates"
COMPONENTS = sorted(path.stem for path in (TEMPLATES / "saola" / "components").glob("*.html"))
EVIL = "<script>alert(1)</script>"
EXAMPLES: dict[str, dict[str, Any]] = {
    "back_link": {"url": "/x"},
    "empty": {"title": EVIL, "text": EVIL, "url": "/x", "label": EVIL},
    "error_summary": {"errors": [{"text": EVIL, "href": "#a"}, {"text": EVIL}, EVIL]},
    "language_switch": {
        "csrf_token": "t",
        "site_languages": [("en", "English"), ("fr", "French")],
        "page_language": "en",
    },
    "messages": {"messages": [{"level_tag": "success", "message": EVIL}]},
    "navigation": {
        "nav_items": [{"url": "/a", "label": EVIL, "current": True}, {"url": "/b", "label": EVIL, "count": 3}]
    },
    "notification": {"kind": "error", "text": EVIL},
    "pagination": {"page": {"paginator": {"num_pages": 3}, "number": 2, "has_previous": True, "has_next": True}},
    "panel": {"title": EVIL, "text": EVIL, "strong": EVIL},
    "summary_list": {"title": EVIL, "rows": [{"key": EVIL, "value": EVIL, "hint": EVIL, "change_url": "/x"}]},
    "table": {
        "caption": EVIL,
        "columns": [EVIL, EVIL],
        "rows": [[{"text": EVIL}, {"text": EVIL, "label": EVIL, "tag": "red"}]],
    },
    "tag": {"text": EVIL, "colour": "green"},
    "task_list": {"tasks": [{"title": EVIL, "url": "/x", "hint": EVIL, "status": EVIL, "tag": "blue"}]},
    "timeline": {"items": [{"title": EVIL, "at": EVIL, "by": EVIL, "text": EVIL, "state": "current"}]},
    "user_menu": {"user_menu": {"name": EVIL, "links": [{"url": "/out", "label": EVIL, "method": "post"}]}},
}


def test_every_component_has_an_example():
    assert sorted(EXAMPLES) == COMPONENTS


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_shows_texts_as_texts_and_nothing_inline(name):
    text = render_to_string(f"saola/components/{name}.html", EXAMPLES[name])
    tree = html.fragment_fromstring(text, create_parent="div")
    assert not tree.xpath("//script | //style | //@style | //@onclick")
    if EVIL in str(EXAMPLES[name]):
        assert EVIL in tree.text_content()


def test_the_base_page_needs_nothing_so_that_an_error_page_can_always_be_shown():
    tree = html.document_fromstring(get_template("saola/base.html").render({}))
    assert tree.get("lang") == "en"
    assert tree.xpath("//title")[0].text_content().strip().startswith("Saola")
    assert tree.xpath("//a[@class='govuk-skip-link']/@href") == ["#main-content"]
    assert len(tree.xpath("//main[@id='main-content']")) == 1
    assert not tree.xpath("//form")


def test_the_frame_shows_what_a_site_says_of_itself():
    tree = html.document_fromstring(
        render_to_string(
            "saola/base.html",
            {
                "site_name": "Portal",
                "site_organisation": "Office",
                "is_demonstration": True,
                "nav_items": [{"url": "/a", "label": "Find", "current": True}],
                "user_menu": {"name": "Ada", "links": [{"url": "/out", "label": "Sign out", "method": "post"}]},
                "footer_links": [{"url": "/privacy", "label": "Privacy"}],
                "csrf_token": "token",
            },
        )
    )
    assert "made up" in tree.xpath("//*[contains(@class, 'saola-demonstration')]")[0].text_content()
    assert tree.xpath("//nav//a[@aria-current='page']/@href") == ["/a"]
    assert tree.xpath("//form[@action='/out']//button")[0].text_content() == "Sign out"
    assert tree.xpath("//footer//a/@href") == ["/privacy"]


def test_no_page_loads_anything_from_elsewhere():
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "http://" not in text, path
        assert "https://" not in text, path
