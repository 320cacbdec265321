"""Colours that can be read, and files that are light."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from lxml import etree

THEME = Path(__file__).parents[1]
BUILT = THEME / "src" / "saola_theme" / "static" / "saola"
SETTINGS = (THEME / "styles" / "_settings.scss").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"^\$([a-z-]+): (#[0-9a-f]{6});", SETTINGS, re.MULTILINE)) | {"white": "#ffffff"}
PAIRS = [
    ("ink", "paper"), ("ink", "white"), ("ink", "sand"), ("ink", "amber"), ("ink", "amber-tint"), ("ink", "teal-tint"),
    ("ink-soft", "paper"), ("ink-soft", "white"), ("ink-soft", "sand"), ("indigo", "paper"), ("indigo", "white"),
    ("indigo", "sand"), ("red", "white"), ("red", "paper"), ("green", "white"), ("white", "teal"),
    ("white", "teal-deep"), ("white", "teal-dark"), ("white", "red"), ("white", "green"), ("teal-deep", "teal-tint"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(text, ground):
    lighter, darker = sorted((luminance(COLOURS[text]), luminance(COLOURS[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_the_mark_is_one_drawing_without_foreign_parts():
    root = etree.parse(THEME / "images" / "mark.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not root.xpath("//*[local-name()='image' or local-name()='script' or local-name()='use']")


@pytest.fixture
def built() -> Path:
    if not (BUILT / "saola.css").exists():
        pytest.skip("the theme is not built: npm ci && npm run build")
    return BUILT


def test_a_page_is_light(built):
    packed = sum(len(gzip.compress((built / name).read_bytes())) for name in ("saola.css", "saola.js", "htmx.js"))
    fonts = sum(path.stat().st_size for path in (built / "fonts").iterdir())
    assert packed + fonts < 200_000


def test_the_styles_need_only_files_that_are_there(built):
    css = (built / "saola.css").read_text(encoding="utf-8")
    files = set(re.findall(r"url\(\"?([^\")]+)\"?\)", css))
    assert files
    assert all(name.startswith("data:") or (built / name).is_file() for name in files)
    assert "GDS Transport" not in css
    assert "crown" not in css


def test_the_script_is_one_module_that_starts_the_components(built):
    script = (built / "saola.js").read_text(encoding="utf-8")
    assert "export{" not in script
    assert "import " not in script[:2000]
    assert script.rstrip().endswith("initAll()")
