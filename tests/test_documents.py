"""Documents keep up with the code: links lead somewhere, and the architecture names what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
PACKAGES = ("trust", "exchange", "blueprint", "identity", "platform", "theme", "command")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_architecture_names_files_that_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = [name for name in re.findall(r"`([\w/.-]+)`", text) if name.split("/")[0] in PACKAGES and "/" in name]
    assert named
    assert [name for name in named if not exists(name)] == []


def exists(name: str) -> bool:
    package, rest = name.split("/", 1)
    place = ROOT / "packages" / package / "src" / f"saola_{package}" / rest
    return place.exists() or place.with_suffix(".py").exists()


def test_the_readme_gives_a_newcomer_exactly_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [block.strip() for block in re.findall(r"```\n(.*?)```", text, flags=re.DOTALL)]
    assert commands == ["make demo", "make test"]


def test_every_decision_says_context_decision_consequences_and_what_would_change_our_mind() -> None:
    for record in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        text = record.read_text(encoding="utf-8").lower()
        missing = [word for word in ("context", "decision", "consequences", "change our mind") if word not in text]
        assert missing == [], record.name
