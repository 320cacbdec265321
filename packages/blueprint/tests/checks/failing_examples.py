"""For every code that `saola check` may give, a change to the fictional country that brings it about."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[4]
COUNTRIES = REPOSITORY / "countries"
BIRTH = "procedures/birth-registration"


@dataclass(frozen=True, slots=True)
class Example:
    """A change of one file: `old` becomes `new`; or, when `old` is None, `new` becomes the whole file."""

    code: str
    file: str
    old: str | None
    new: str
    also: Callable[[Path], None] | None = None

    def apply(self, folder: Path) -> None:
        """Make the change in a copy of the country."""
        file = folder / self.file
        if self.old is None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.new, encoding="utf-8")
        else:
            text = file.read_text(encoding="utf-8")
            assert self.old in text, f"{self.file} has no {self.old!r}"
            file.write_text(text.replace(self.old, self.new, 1), encoding="utf-8")
        if self.also:
            self.also(folder)


def copy_of_template(folder: Path) -> Path:
    """A copy of the fictional country to spoil."""
    return Path(shutil.copytree(COUNTRIES / "template", folder / "country"))


def _delete(path: str) -> Callable[[Path], None]:
    return lambda folder: (folder / path).unlink()


def _copy_procedure(folder: Path) -> None:
    shutil.copytree(folder / BIRTH, folder / "procedures/second")


def _narrow_choice(folder: Path) -> None:
    new = "code_list: short, prefill: {lookup: me, field: sex}}"
    Example("", FORM, "code_list: sexes}", new).apply(folder)


def _rename_register(folder: Path) -> None:
    (folder / "registers/unions").rename(folder / "registers/pairs")


PROCEDURE, FORM, FLOW = f"{BIRTH}/procedure.yaml", f"{BIRTH}/form.yaml", f"{BIRTH}/workflow.bpmn"
RULES, TEXTS = f"{BIRTH}/rules.py", f"{BIRTH}/texts/en.yaml"
TOWN, SHIRE = "organisations/RIVERTON.yaml", "organisations/SHIRE.yaml"
RESIDENTS, BIRTHS = "registers/residents/register.yaml", "registers/births/register.yaml"
SIGN_FLOW = "<bpmn:conditionExpression xsi:type=\"bpmn:tFormalExpression\">outcome == 'sign'</bpmn:conditionExpression>"
RULE = '\n\n@rule("extra", since="2020-01-01", reference="Act")\ndef extra(*, value):\n    return value\n'
TASK = '<bpmn:userTask id="sign" name="Sign the extract">'
START = '<bpmn:startEvent id="received" name="Received">'

EXAMPLES = (
    Example("yaml.unreadable", "calendar.yaml", "weekdays: [", "weekdays: [["),
    Example("schema.unknown_key", PROCEDURE, "owner: JUSTICE", "owner: JUSTICE\ncolour: blue"),
    Example("schema.missing_key", PROCEDURE, "owner: JUSTICE\n", ""),
    Example("schema.wrong_value", PROCEDURE, "level: full", "level: almost"),
    Example("text.missing_translation", TEXTS, "name: Registration of a birth\n", ""),
    Example("text.unknown_language", f"{BIRTH}/texts/fr.yaml", None, "name: Naissance\n"),
    Example("text.unused", TEXTS, "field_of_work:", "nobody_asks: for this\nfield_of_work:"),
    Example("country.languages", "country.yaml", "default_language: en", "default_language: fr"),
    Example("country.role_missing", "country.yaml", "  applicant: {en: Applicant}\n", ""),
    Example("country.site_name_missing", "country.yaml", "  identity: {en: Lumara Identity}\n", ""),
    Example("message.missing", "messages.yaml", '  required: {en: "Enter: {label}"}\n', ""),
    Example("dated.empty", "parameters/early_days.yaml", "values:", "values: []\nolder:"),
    Example("dated.order", "parameters/early_days.yaml", "since: 2025-01-01", "since: 2011-01-01"),
    Example("calendar.periods", "calendar.yaml", '"09:00-12:30"', '"09:00-14:30"'),
    Example("calendar.hours", "calendar.yaml", "hours_per_day: 6", "hours_per_day: 8"),
    Example("calendar.library_unknown", "calendar.yaml", "free_days:", "holidays_library: QQ\nfree_days:"),
    Example("code_list.unknown", FORM, "code_list: sexes", "code_list: genders"),
    Example(
        "choices.missing", RESIDENTS, "type: choice, required: true, code_list: sexes", "type: choice, required: true"
    ),
    Example("pattern.invalid", "country.yaml", r"\d{3}-\d{5}-\d", r"(\d{3}"),
    Example("identifier.example_refused", "country.yaml", 'example: "000-00101-6"', 'example: "101"'),
    Example("identifier.unknown", FORM, "identifier: resident-number", "identifier: passport"),
    Example("legal_basis.missing", RESIDENTS, "legal_basis: [{number: Residents Act 2011}]", "legal_basis: []"),
    Example("organisation.file_name", TOWN, "code: RIVERTON", "code: LAKETON"),
    Example("organisation.level_unknown", TOWN, "level: town", "level: village"),
    Example("organisation.parent_unknown", TOWN, "parent: SHIRE", "parent: DUCHY"),
    Example("organisation.unreachable", TOWN, "parent: SHIRE\n", ""),
    Example("organisation.circle", SHIRE, "level: shire", "level: shire\nparent: RIVERTON"),
    Example("register.folder_name", RESIDENTS, "id: residents", "id: residents", _rename_register),
    Example("register.owner_unknown", RESIDENTS, "owner: INTERIOR", "owner: NOBODY"),
    Example("register.field_unknown", RESIDENTS, "subjects: [number", "subjects: [nickname"),
    Example("register.subject_no_person", RESIDENTS, "subjects: [number", "subjects: [home"),
    Example("register.key_optional", BIRTHS, "entry: {type: text, required: true", "entry: {type: text"),
    Example("rule.unknown", "country.yaml", "check: resident_number_check", "check: luhn"),
    Example(
        "rule.arguments", "rules.py", "def resident_number_check(*, value)", "def resident_number_check(*, weather)"
    ),
    Example("rule.arguments_ignored", PROCEDURE, "with: {value: today}", "with: {value: today, more: today}"),
    Example("rules.unreadable", RULES, "def partner_of", "def partner of"),
    Example("rules.statement_refused", RULES, "from datetime", "for _ in (1,):\n    pass\nfrom datetime"),
    Example("rules.import_impure", RULES, "from datetime import date", "import os\nfrom datetime import date"),
    Example("rules.import_refused", RULES, "from datetime import date", "import lxml\nfrom datetime import date"),
    Example("rules.impure", RULES, "    return other if number", "    open('x')\n    return other if number"),
    Example("rules.undeclared", RULES, '@rule("partner_of"', 'def helper():\n    return 1\n\n\n@rule("partner_of"'),
    Example("rules.undated", RULES, ', reference="Births Act 2011, s. 2"', ', reference=""'),
    Example("rules.arguments", RULES, "def partner_of(*, number", "def partner_of(number"),
    Example("rules.broken", RULES, "from saola_blueprint import rule", "from saola_blueprint import rule\nX = 1 / 0"),
    Example(
        "rules.twice", "rules.py", "\n\ndef _check", RULE + RULE.replace("def extra", "def again") + "\n\ndef _check"
    ),
    Example("procedure.owner_unknown", PROCEDURE, "owner: JUSTICE", "owner: NOBODY"),
    Example("procedure.level_unknown", PROCEDURE, "competent: town", "competent: village"),
    Example(
        "procedure.nobody_competent",
        "country.yaml",
        "levels:",
        "levels:\n  port: {en: Port}",
        lambda f: Example("", PROCEDURE, "competent: town", "competent: port").apply(f),
    ),
    Example("procedure.life_event_unknown", PROCEDURE, "[a-child-is-born]", "[a-ship-is-built]"),
    Example("procedure.no_channel", PROCEDURE, "channels: [online, counter]", "channels: []"),
    Example("procedure.channel_missing", PROCEDURE, "channels: [online, counter]", "channels: [counter]"),
    Example("procedure.half_online", PROCEDURE, "code: B-1", "code: B-1", _delete(FLOW)),
    Example("procedure.code_twice", PROCEDURE, "code: B-1", "code: B-1", _copy_procedure),
    Example("document.lookup_unknown", PROCEDURE, "max_megabytes: 5", "instead_of_data: [weather]"),
    Example("notice.parameter_unknown", PROCEDURE, "parameters: [early_days]", "parameters: [late_days]"),
    Example("notice.parameter_unused", TEXTS, "within {early_days} days", "within some days"),
    Example("form.empty", FORM, None, "sections: {}\n"),
    Example("form.register_unknown", FORM, "register: unions", "register: guilds"),
    Example("form.find_not_indexed", FORM, "find: {one: ", "find: {since: "),
    Example("form.lookup_path_unknown", FORM, "one: lookups.union.one", "one: lookups.weather.one"),
    Example("form.lookup_unknown", FORM, "prefill: {lookup: me, field: home}", "prefill: {lookup: you, field: home}"),
    Example("form.prefill_unknown", FORM, "field: home}", "field: house}"),
    Example("form.prefill_type", FORM, "field: home}", "field: born_on}"),
    Example("form.prefill_choices", "code_lists/short.yaml", None, "choices: {f: {en: F}}", _narrow_choice),
    Example("form.fixed_not_prefilled", FORM, "maximum: 80", "fixed: true"),
    Example("form.range", FORM, "maximum: 80", "minimum: 90, maximum: 80"),
    Example("condition.field_unknown", FORM, "answer: parents.two_parents", "answer: parents.three_parents"),
    Example(
        "condition.looks_ahead", FORM, "answer: parents.two_parents, equals: true", "answer: child.name, given: true"
    ),
    Example("condition.value_unknown", PROCEDURE, "max_megabytes: 5", "show_if: {answer: child.sex, equals: z}"),
    Example("source.path_unknown", PROCEDURE, "name: answers.child.name", "name: wishes.child.name"),
    Example("operation.register_unknown", PROCEDURE, "register: births", "register: deaths"),
    Example("operation.field_unknown", PROCEDURE, "keep: {number: key}", "keep: {number: nickname}"),
    Example("operation.field_missing", PROCEDURE, "      sex: answers.child.sex\n", ""),
    Example(
        "operation.key_given",
        PROCEDURE,
        "      sex: answers.child.sex\n",
        "      sex: answers.child.sex\n      number: today\n",
    ),
    Example("operation.value_unknown", PROCEDURE, "sex: answers.child.sex", "sex: {constant: z}"),
    Example("operation.path_unknown", PROCEDURE, "name: answers.child.name", "name: answers.child.nickname"),
    Example("operation.document_unknown", PROCEDURE, "document: extract}", "document: poster}"),
    Example("operation.template_missing", PROCEDURE, "template: extract.typ", "template: poster.typ"),
    Example("workflow.unreadable", FLOW, None, "<not-bpmn/>"),
    Example("workflow.element_refused", FLOW, START, '<bpmn:scriptTask id="x" name="x"/>' + START),
    Example("workflow.lane_unknown", FLOW, '<bpmn:lane id="mayor"', '<bpmn:lane id="king"'),
    Example("workflow.no_lane", FLOW, "<bpmn:flowNodeRef>received</bpmn:flowNodeRef>", ""),
    Example("workflow.operation_unknown", FLOW, 'serviceTask id="enter"', 'serviceTask id="leave"'),
    Example("workflow.task_undeclared", FLOW, TASK, TASK.replace('id="sign"', 'id="stamp"')),
    Example(
        "workflow.never_done",
        PROCEDURE,
        "operations:",
        "operations:\n  again: {kind: document.seal, document: extract}",
    ),
    Example("workflow.start", FLOW, START, '<bpmn:startEvent id="other" name="x"/>' + START),
    Example("workflow.unreachable", FLOW, START, '<bpmn:endEvent id="withdrawn" name="x"/>' + START),
    Example("workflow.end_unknown", FLOW, '<bpmn:endEvent id="granted"', '<bpmn:endEvent id="happy"'),
    Example("workflow.dead_end", FLOW, 'sourceRef="hand-over"', 'sourceRef="enter"'),
    Example("workflow.split", FLOW, 'sourceRef="hand-over"', 'sourceRef="enter"'),
    Example("workflow.loose_flow", FLOW, 'targetRef="hand-over"', 'targetRef="nowhere"'),
    Example("workflow.condition_missing", FLOW, SIGN_FLOW, ""),
    Example("workflow.condition_refused", FLOW, "outcome == 'sign'", "fee > 100 and outcome == 'sign'"),
    Example("workflow.outcome_unknown", FLOW, "outcome == 'sign'", "outcome == 'shrug'"),
    Example("workflow.outcome_forgotten", FLOW, "outcome == 'sign'", "outcome == 'back'"),
    Example("workflow.not_drawn", FLOW, 'bpmnElement="enter"', 'bpmnElement="elsewhere"'),
    Example("case.word_unknown", f"{BIRTH}/cases/fees.yaml", "then: {fees", "then: {costs"),
    Example("case.failed", f"{BIRTH}/cases/fees.yaml", "{entry: 0}", "{entry: 5}"),
    Example(
        "case.missing",
        f"{BIRTH}/cases/fees.yaml",
        "cases:",
        "cases:",
        lambda folder: shutil.rmtree(folder / BIRTH / "cases"),
    ),
)
