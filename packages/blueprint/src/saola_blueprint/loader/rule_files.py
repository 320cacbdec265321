"""Loading rules.py by its path: inspected first, run only when nothing in it is refused.

A rule is a pure function. So rules.py may hold imports, constants, private helpers and declared
rules, nothing else; it may import those modules of the standard library that do no input and output,
`saola_blueprint`, and the libraries that country.yaml names.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from saola_blueprint.loader.records import Findings
from saola_blueprint.schema.places import Place
from saola_blueprint.schema.rulebook import MARK, Rule, Rulebook

PURE_MODULES = frozenset(
    "__future__ bisect calendar collections dataclasses datetime decimal enum fractions functools hashlib heapq"  # noqa: SIM905
    " itertools math numbers operator re statistics string textwrap typing unicodedata".split()
)
REFUSED_NAMES = frozenset(
    "open exec eval compile input print globals locals vars getattr setattr delattr breakpoint memoryview"  # noqa: SIM905
    " __import__ __builtins__ __loader__ __spec__".split()
)
REFUSED_ATTRIBUTES = frozenset({"now", "today", "utcnow", "format_map"})
PURE_REMEDY = "A rule works only with its arguments: let the caller pass what it needs."


def read_rules(file: Path, libraries: tuple[str, ...], findings: Findings) -> Rulebook:
    """The rules of a file; an empty rulebook, with findings, when the file is refused or broken."""
    try:
        source = file.read_text(encoding="utf-8")
        tree = ast.parse(source, filename=str(file))
    except (SyntaxError, ValueError, OSError) as failure:
        line = getattr(failure, "lineno", 0) or 0
        findings.add(Place(file, line), "rules.unreadable", "this is no valid Python", "Correct the syntax here.")
        return Rulebook()
    before = len(findings.problems)
    _inspect(tree, file, libraries, findings)
    return Rulebook() if len(findings.problems) > before else _run(tree, file, findings)


def _inspect(tree: ast.Module, file: Path, libraries: tuple[str, ...], findings: Findings) -> None:
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            _inspect_function(statement, file, findings)
        elif not _is_plain(statement):
            findings.add(
                Place(file, statement.lineno),
                "rules.statement_refused",
                "rules.py holds imports, constants and functions only",
                "Move this into a function, or delete it.",
            )
    for node in ast.walk(tree):
        for name in _imported(node):
            _inspect_import(name, Place(file, getattr(node, "lineno", 0)), libraries, findings)
        word = _impure_word(node)
        if word:
            line = getattr(node, "lineno", 0)
            findings.add(Place(file, line), "rules.impure", f"{word!r} may not be used in a rule", PURE_REMEDY)


def _is_plain(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign)


def _inspect_function(function: ast.FunctionDef, file: Path, findings: Findings) -> None:
    if function.name.startswith("_") and not function.decorator_list:
        return
    decorator = function.decorator_list[0] if len(function.decorator_list) == 1 else None
    if not (isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "rule"):
        findings.add(
            Place(file, function.lineno),
            "rules.undeclared",
            f"the function {function.name!r} is no declared rule",
            'Put @rule("name", since="YYYY-MM-DD", reference="…") above it, or begin its name with _.',
        )
        return
    if function.args.args or function.args.posonlyargs or function.args.vararg or function.args.kwarg:
        findings.add(
            Place(file, function.lineno),
            "rules.arguments",
            f"the rule {function.name!r} takes arguments other than by keyword",
            "Write def …(*, value, …).",
        )
    given = {one.arg: one.value for one in decorator.keywords}
    if not all(_literal(given.get(word)) for word in ("since", "reference")):
        findings.add(
            Place(file, function.lineno),
            "rules.undated",
            f"the rule {function.name!r} has no `since` or no `reference`",
            'Write @rule("name", since="YYYY-MM-DD", reference="the legal text").',
        )


def _literal(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value.strip())


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield "." if node.level else (node.module or "")


def _inspect_import(name: str, place: Place, libraries: tuple[str, ...], findings: Findings) -> None:
    top = name.partition(".")[0]
    if top in PURE_MODULES or top == "saola_blueprint" or top in libraries:
        return
    if top in sys.stdlib_module_names:
        findings.add(place, "rules.import_impure", f"{name!r} reaches outside of the rule", PURE_REMEDY)
    else:
        findings.add(
            place,
            "rules.import_refused",
            f"{name!r} may not be imported",
            "Use the standard library, or name the library under `libraries` in country.yaml.",
        )


def _impure_word(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name) and node.id in REFUSED_NAMES:
        return node.id
    if isinstance(node, ast.Attribute) and (node.attr in REFUSED_ATTRIBUTES or node.attr.startswith("__")):
        return node.attr
    if isinstance(node, ast.Global | ast.Nonlocal | ast.AsyncFunctionDef | ast.Await):
        return type(node).__name__.lower()
    return None


def _run(tree: ast.Module, file: Path, findings: Findings) -> Rulebook:
    module = ModuleType(f"saola_rules_{file.parent.name}")
    try:
        # The file is code by trust level: installed by operators, reviewed, inspected above.
        exec(compile(tree, str(file), "exec"), module.__dict__)  # noqa: S102
    except Exception as failure:  # noqa: BLE001 - whatever a country's file raises is its finding
        findings.add(
            Place(file), "rules.broken", f"rules.py fails when it is loaded: {failure!r}", "Correct what it names."
        )
        return Rulebook()
    return _collect(vars(module), file, findings)


def _collect(names: dict[str, Any], file: Path, findings: Findings) -> Rulebook:
    rules: dict[str, list[Rule]] = {}
    for function in names.values():
        mark = getattr(function, MARK, None)
        if mark is not None:
            name, since, reference = mark
            place = Place(file, function.__code__.co_firstlineno)
            rules.setdefault(name, []).append(Rule(name, since, reference, function, place))
    for name, versions in rules.items():
        versions.sort(key=lambda one: one.since)
        if len({one.since for one in versions}) < len(versions):
            findings.add(
                versions[-1].place, "rules.twice", f"two rules {name!r} begin on the same day", "Keep one of them."
            )
    return Rulebook({name: tuple(versions) for name, versions in rules.items()})
