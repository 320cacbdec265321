"""Reading form.yaml. It has no texts: those come from texts/<language>.yaml by the same names."""

from __future__ import annotations

from collections.abc import Mapping

from saola_blueprint.loader.country_files import read_code_list
from saola_blueprint.loader.procedure_texts import ProcedureTexts
from saola_blueprint.loader.records import Record
from saola_blueprint.loader.sources import read_comparison, read_source
from saola_blueprint.loader.yaml_lines import Entries
from saola_blueprint.schema.forms import FORM_FIELD_TYPES, Field, Form, Lookup, Prefill, Section
from saola_blueprint.schema.registers import Choice

CodeLists = Mapping[str, tuple[Choice, ...]]


def read_form(record: Record, texts: ProcedureTexts, code_lists: CodeLists, purpose: str) -> Form:
    """The whole form; `purpose` goes with every read it makes."""
    types = _field_types(record)
    lookups = tuple(_lookup(name, one, texts, types) for name, one in record.named("lookups"))
    reader = _FormReader(texts, code_lists, {one.id: one for one in lookups}, purpose, types)
    sections = tuple(reader.section(name, one) for name, one in record.named("sections"))
    if not sections:
        record.findings.add(
            record.place_of("sections"), "form.empty", "the form asks nothing", "Add a section with a field."
        )
    return Form(sections, lookups, texts.group("messages"))


def field_types(form: Form | None) -> dict[str, str]:
    """The field types by path, of a form that was read."""
    return {one.path: one.type for one in form.fields} if form else {}


def _field_types(record: Record) -> dict[str, str]:
    """The field types by path, before the form is read: conditions need them."""
    types: dict[str, str] = {}
    for section, value in record.raw_named("sections"):
        fields = value.entries.get("fields") if isinstance(value, Entries) else None
        for name, field in fields.entries.items() if isinstance(fields, Entries) else ():
            kind = field.entries.get("type") if isinstance(field, Entries) else None
            types[f"{section}.{name}"] = getattr(kind, "text", "")
    return types


def _lookup(name: str, record: Record, texts: ProcedureTexts, types: Mapping[str, str]) -> Lookup:
    find = tuple((field, read_source(value, record)) for field, value in record.raw_named("find"))
    key = read_source(value, record) if record.has("key") and (value := record.value("key")) else None
    if (key is None) is (not find):
        record.wrong(record.place, "a lookup has either a key or fields to find by", "Write `key:` or `find:`.")
    return Lookup(
        id=name,
        register=record.text("register"),
        legal_ground=texts.text(f"lookups/{name}"),
        key=key,
        find=find,
        when=read_comparison(record, "when", types),
        place=record.place,
    )


class _FormReader:
    """Holds what every section and field needs."""

    def __init__(
        self,
        texts: ProcedureTexts,
        code_lists: CodeLists,
        lookups: Mapping[str, Lookup],
        purpose: str,
        types: Mapping[str, str],
    ) -> None:
        self._texts = texts
        self._code_lists = code_lists
        self._lookups = lookups
        self._purpose = purpose
        self._types = types

    def section(self, name: str, record: Record) -> Section:
        """One page of the form."""
        return Section(
            id=name,
            title=self._texts.text(f"sections/{name}/title"),
            fields=tuple(self._field(name, field, one) for field, one in record.named("fields")),
            help=self._texts.text_or_none(f"sections/{name}/help"),
            show_if=read_comparison(record, "show_if", self._types),
            place=record.place,
        )

    def _field(self, section: str, name: str, record: Record) -> Field:
        texts = f"sections/{section}/fields/{name}"
        return Field(
            id=name,
            path=f"{section}.{name}",
            type=record.one_of("type", FORM_FIELD_TYPES),
            label=self._texts.text(f"{texts}/label"),
            hint=self._texts.text_or_none(f"{texts}/hint"),
            required=record.flag("required", default=False),
            fixed=record.flag("fixed", default=False),
            choices=self._choices(record, texts),
            identifier=record.text_or_none("identifier"),
            pattern=record.text_or_none("pattern"),
            minimum=record.integer_or_none("minimum"),
            maximum=record.integer_or_none("maximum"),
            prefill=self._prefill(record),
            show_if=read_comparison(record, "show_if", self._types),
            validation=record.words("validation"),
            warnings=record.words("warnings"),
            place=record.place,
        )

    def _choices(self, record: Record, texts: str) -> tuple[Choice, ...]:
        listed = tuple(Choice(one, self._texts.text(f"{texts}/choices/{one}")) for one in record.words("choices"))
        return read_code_list(record, self._code_lists) or listed

    def _prefill(self, record: Record) -> Prefill | None:
        if not record.has("prefill"):
            record.text_or_none("prefill")
            return None
        with record.record("prefill") as inner:
            name, field = inner.text("lookup"), inner.text("field")
            lookup = self._lookups.get(name)
            if lookup is None:
                inner.findings.add(
                    inner.place,
                    "form.lookup_unknown",
                    f"there is no lookup {name!r}",
                    f"Declare it under `lookups:`, or use one of: {', '.join(self._lookups) or 'none yet'}.",
                )
                return None
            return Prefill(name, lookup.register, field, lookup.legal_ground, self._purpose, inner.place)
