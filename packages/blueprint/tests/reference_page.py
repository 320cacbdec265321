"""Writes docs/reference/blueprint.md from the code: `python packages/blueprint/tests/reference_page.py`.

The shapes come from the dataclasses, the codes from running every failing example.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import inspect
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from saola_blueprint import calendar, rules, schema
from saola_blueprint.checks import check_folder

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[2] / "docs/reference/blueprint.md"
INTRODUCTION = """# Blueprint: how a country is written down

*This page is generated from the code by `python packages/blueprint/tests/reference_page.py`; a test compares the two.*

`saola check FOLDER …` reads countries and names file, line and remedy of everything wrong. Exit code 0: in order,
1: problems, 2: no country there. `saola_blueprint.load_country(folder)` does the same checks (without the cases) and
gives a `Country`. `saola_blueprint.following.FollowedCountry(folder).current()` gives the newest state that is in
order, while files are edited.

## Files of a country

| file | what it holds |
|---|---|
| `country.yaml` | languages, levels, roles, life events, kinds of numbers, names of the sites |
| `calendar.yaml` | weekdays and periods worked, hours of a day, holidays library, free and make-up days |
| `messages.yaml` | the texts for what can be wrong with an answer |
| `rules.py` | named, dated, pure functions for all procedures |
| `organisations/<code>.yaml` | one organisation each |
| `registers/<id>/register.yaml` | one register each; the id is its service code on the exchange |
| `parameters/<id>.yaml` | one number of the law each, by date |
| `code_lists/<name>.yaml` | choices that several questions share |
| `procedures/<slug>/procedure.yaml` | code, level, who decides, fees, time limit, papers, tasks, operations |
| `procedures/<slug>/form.yaml` | lookups, sections, fields; no texts |
| `procedures/<slug>/workflow.bpmn` | the process; lanes have the ids of roles |
| `procedures/<slug>/*.typ` | templates of documents; their data is `json(bytes(sys.inputs.data))` |
| `procedures/<slug>/rules.py` | rules of this procedure only; they hide those of the country with the same name |
| `procedures/<slug>/texts/<language>.yaml` | every text of the procedure, the same shape in each language |
| `procedures/<slug>/cases/*.yaml` | given, when, then: examples that `saola check` runs |

A procedure without `form.yaml` and `workflow.bpmn` is described but cannot be applied for.

## Where values come from

`answers.section.field`, `labels.section.field` (a choice in words), `applicant.personal_number`,
`applicant.full_name`, `kept.<name>`, `dossier.code`, `dossier.received_on`, `dossier.submission_id`,
`authority.code`, `authority.name`, `authority.address`, `lookups.<id>.<field>` (in lookups only), `today`;
`{constant: text}`; `{rule: name, with: {argument: path}}`. Anything more is a function in rules.py.

A condition is one comparison: `{answer: section.field, equals: value}`, `differs: value` or `given: true`.
In a workflow it is `outcome == 'name'`, after an exclusive gateway.

## What rules are offered

A rule takes those it needs, by keyword.

| used as | arguments | gives |
|---|---|---|
| `dossier_numbering` | `authority`, `received_on`, `sequence`, own parameters | text |
| `numbering` of a register | `data`, `sequence`, `today`, own parameters | text |
| `check`, `warn` of an identifier | `value`, `today` | None, or the code of a message |
| `validation`, `warnings` of a field | `value`, `answers`, `today`, `parameters` | None, or the code of a message |
| `rule` of a fee | `amount`, `answers`, `today`, `parameters` | whole number |
| `{rule: …, with: …}` | what `with` names, all of it | any JSON value |

## Cases

```yaml
cases:
  - name: Within thirty days it is free
    when: {on: 2026-11-24, channel: online}        # or received: "2026-11-24T09:00", pauses: [{since: …, until: …}]
    given: {answers: {child.born_on: "2026-11-01"}} # also applicant, lookups, kept, dossier, authority
    then: {fees: {entry: 0}}
```

`then` knows: `due` (a moment, or `none` while the clock stands still), `problems` (exactly these),
`problems_include`, `problems_exclude` (lists of `{field, code, severity}`), `fees`, `documents`, `lookups`,
`operation` with `data` and `key`, `dossier_code`. `none` means nothing.
"""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION, "## Shapes (`saola_blueprint.schema`)\n", *_shapes(schema)]
    parts += ["## Clock (`saola_blueprint.calendar`)\n", *_shapes(calendar), *_methods(calendar.Calendar)]
    parts += ["## Reckoning (`saola_blueprint.rules`)\n", *_functions(rules), "## Codes of `saola check`\n", *_codes()]
    return "\n".join(parts).rstrip() + "\n"


def _shapes(module: ModuleType) -> list[str]:
    lines: list[str] = []
    for name in sorted(module.__all__):
        shape = getattr(module, name)
        if not (inspect.isclass(shape) and dataclasses.is_dataclass(shape)):
            continue
        lines += [f"### {name}\n", f"{inspect.getdoc(shape)}\n"]
        fields = [field for field in dataclasses.fields(shape) if field.name != "place"]
        lines += [
            "| field | type |",
            "|---|---|",
            *(f"| `{field.name}` | {_type(field.type)} |" for field in fields),
            "",
        ]
    return lines


def _type(written: Any) -> str:
    return "`" + str(written).replace("|", "or") + "`"


def _methods(shape: type) -> list[str]:
    members = [(name, one) for name, one in inspect.getmembers(shape, inspect.isfunction) if not name.startswith("_")]
    return [f"- `{name}{_signature(one)}`: {_first(one)}" for name, one in members] + [""]


def _functions(module: ModuleType) -> list[str]:
    names = [name for name in sorted(module.__all__) if inspect.isfunction(getattr(module, name))]
    return [f"- `{name}{_signature(getattr(module, name))}`: {_first(getattr(module, name))}" for name in names] + [""]


def _signature(function: Any) -> str:
    return str(inspect.signature(function)).replace("'", "")


def _first(function: Any) -> str:
    return (inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " ")


def _codes() -> list[str]:
    rows = {}
    examples = _examples()
    for example in examples.EXAMPLES:
        with tempfile.TemporaryDirectory() as temporary:
            folder = examples.copy_of_template(Path(temporary))
            example.apply(folder)
            problem = next(one for one in check_folder(folder)[1] if one.code == example.code)
        row = f"| `{example.code}` | {problem.message} | {problem.remedy} |"
        rows[example.code] = row.replace("\n", " ")
    return [
        "Each with an example of its message and remedy.\n",
        "| code | message | remedy |",
        "|---|---|---|",
        *sorted(rows.values()),
    ]


def _examples() -> Any:
    specification = importlib.util.spec_from_file_location("failing_examples", HERE / "checks/failing_examples.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
