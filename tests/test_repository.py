"""Rules about the repository as a whole: what must never be in it, and what documents must keep up with."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Spelt backwards, so that this file does not hold what it forbids.
REGISTRY_HOSTS = [name[::-1] for name in ("gro.ipyp", "gro.detsohnohtyp", "gro.sjmpn", "moc.sjmpn", "gro.naibed.bed")]
TEXT = {".py", ".md", ".txt", ".toml", ".yaml", ".yml", ".cfg", ".ini", ".sh", ".html", ".css", ".js", ".json", ""}
# Letters that Vietnamese has and the other languages of Latin script in our source texts do not use.
VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


def tracked_files() -> list[Path]:
    """The files of the repository that hold text."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file() and Path(line).suffix in TEXT]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_address_of_a_package_registry_stands_in_the_repository() -> None:
    found = [str(path) for path in tracked_files() if any(host in text_of(path) for host in REGISTRY_HOSTS)]
    assert found == []


def test_no_vietnamese_word_stands_in_the_packages() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked_files()
        if path.is_relative_to(ROOT / "packages")
        and path.suffix in {".py", ".html", ".yaml", ".js", ".typ"}
        and (match := VIETNAMESE.search(text_of(path)))
    ]
    assert found == []


def test_no_path_of_one_machine_stands_in_the_repository() -> None:
    rule = re.compile(r"(?<![\w.])/(?:" + "work|farm|root" + r")/")
    found = [str(path.relative_to(ROOT)) for path in tracked_files() if rule.search(text_of(path))]
    assert found == []


def test_every_requirement_is_pinned_with_a_hash() -> None:
    for name in ("runtime.txt", "development.txt"):
        text = text_of(ROOT / "requirements" / name)
        pins = re.findall(r"^[a-z0-9][\w.-]*==\S+", text, flags=re.MULTILINE | re.IGNORECASE)
        hashed = re.findall(r"^[a-z0-9][\w.-]*==.*?(?=^\S|\Z)", text, flags=re.MULTILINE | re.DOTALL | re.IGNORECASE)
        assert pins
        assert all("--hash=sha256:" in entry for entry in hashed)


@pytest.mark.parametrize("listing", ["runtime.in", "development.in"])
def test_every_direct_dependency_is_explained(listing: str) -> None:
    explained = text_of(ROOT / "docs" / "reference" / "dependencies.md").lower()
    names = re.findall(r"^([a-z][\w-]*)", text_of(ROOT / "requirements" / listing), flags=re.MULTILINE)
    assert [name for name in names if f"`{name.lower()}`" not in explained] == []


def test_every_target_of_the_makefile_says_what_it_is_for() -> None:
    text = text_of(ROOT / "Makefile")
    phony = re.search(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)
    assert phony is not None
    explained = set(re.findall(r"^([a-z-]+):.*## \S", text, flags=re.MULTILINE))
    assert set(phony.group(1).split()) == explained


def test_no_test_is_switched_off() -> None:
    rule = re.compile(r"@pytest\.mark\.(skip|xfail)\b(?!if)")
    found = [
        str(p.relative_to(ROOT)) for p in tracked_files() if p.name != "test_repository.py" and rule.search(text_of(p))
    ]
    assert found == []


def test_files_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for path in tracked_files()
        if path.suffix == ".py" and "migrations" not in path.parts and (count := text_of(path).count("\n")) > 600
    ]
    assert long == []
