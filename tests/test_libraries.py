"""A fresh clone has what is pinned and nothing else; what the code names must be among that.

The environment of somebody who changes Saola often holds more, so that no other test would notice.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for path in ROOT.glob("packages/*/src/**/*.py"))
# A class or an app that a setting names: Django imports it, though no statement does.
NAMED = re.compile(r"[a-z_]\w*(?:\.\w+)*\.(?:[A-Z]\w+|middleware|contrib\.\w+)|[a-z]+_[a-z_]+")


def pinned() -> set[str]:
    """The distributions that a fresh installation has to run with, by normal name."""
    text = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    return {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", text, flags=re.MULTILINE)}


def named_by(path: Path) -> Iterator[str]:
    """The top-level modules that a file imports, or names in a text that looks like a setting."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and NAMED.fullmatch(node.value):
            yield node.value.partition(".")[0]


def test_every_library_that_the_code_names_is_pinned() -> None:
    installed = packages_distributions()
    names = {name: path for path in SOURCES for name in named_by(path) if name not in sys.stdlib_module_names}
    missing = {
        f"{name} ({path.relative_to(ROOT)})"
        for name, path in names.items()
        for distribution in installed.get(name, [])
        if distribution.lower().replace("_", "-") not in pinned() and not distribution.startswith("saola")
    }
    assert missing == set()
