"""The texts of a procedure: one file per language, `texts/<language>.yaml`, the same shape in each.

Whoever reads the declaration asks for each text by its path; at the end every text that nobody asked
for is reported, because it is a mistake in a name.
"""

from __future__ import annotations

from pathlib import Path

from saola_blueprint.loader.records import Findings, Languages
from saola_blueprint.loader.yaml_lines import Entries, Items, Scalar, Unreadable, Value, read_yaml
from saola_blueprint.schema.places import Place
from saola_blueprint.schema.texts import Text


class ProcedureTexts:
    """The texts of one folder in all languages."""

    def __init__(self, folder: Path, findings: Findings, languages: Languages) -> None:
        """Reads `folder/texts/*.yaml`; a missing file is reported once for its language."""
        self._folder = folder / "texts"
        self._findings = findings
        self._languages = languages
        self._broken: set[str] = set()
        self._leaves = {tag: self._read(tag) for tag in languages.tags}
        self._asked: set[str] = set()
        self._refuse_other_languages()

    def text(self, path: str) -> Text:
        """The text at `path` (`sections/child/title`) in every language; what is missing is reported."""
        versions = {tag: one.text for tag, leaves in self._leaves.items() if (one := self._leaf(leaves, path))}
        for tag in self._languages.tags:
            if tag not in versions and tag not in self._broken:
                self._findings.add(
                    Place(self._file(tag)),
                    "text.missing_translation",
                    f"the text {path!r} is missing",
                    f"Add {path.replace('/', ' > ')} to texts/{tag}.yaml.",
                )
        return Text.of(default_language=self._languages.default, versions=versions or {self._languages.default: ""})

    def text_or_none(self, path: str) -> Text | None:
        """The text at `path`, or None when no language has it."""
        return self.text(path) if any(path in leaves for leaves in self._leaves.values()) else None

    def words(self, path: str) -> dict[str, tuple[str, ...]]:
        """A list of words per language; each language has its own."""
        return {tag: self._words(leaves, path) for tag, leaves in self._leaves.items()}

    def group(self, path: str) -> dict[str, Text]:
        """All texts below `path`, by their last word."""
        names = {
            leaf.removeprefix(path + "/"): None
            for leaves in self._leaves.values()
            for leaf in leaves
            if leaf.startswith(path + "/")
        }
        return {name: self.text(f"{path}/{name}") for name in names}

    def report_unused(self) -> None:
        """Report the texts that nothing in the procedure names."""
        for leaves in self._leaves.values():
            for path, leaf in leaves.items():
                if path not in self._asked:
                    self._findings.add(
                        leaf.place,
                        "text.unused",
                        f"nothing uses the text {path!r}",
                        "Delete it, or correct its name to the one used in the declaration.",
                    )

    def _leaf(self, leaves: dict[str, Scalar | Items], path: str) -> Scalar | None:
        self._asked.add(path)
        leaf = leaves.get(path)
        return leaf if isinstance(leaf, Scalar) and leaf.text.strip() else None

    def _words(self, leaves: dict[str, Scalar | Items], path: str) -> tuple[str, ...]:
        self._asked.add(path)
        leaf = leaves.get(path)
        return tuple(one.text for one in leaf.items if isinstance(one, Scalar)) if isinstance(leaf, Items) else ()

    def _file(self, tag: str) -> Path:
        return self._folder / f"{tag}.yaml"

    def _read(self, tag: str) -> dict[str, Scalar | Items]:
        leaves: dict[str, Scalar | Items] = {}
        try:
            _flatten(read_yaml(self._file(tag)), "", leaves)
        except Unreadable as failure:
            self._findings.problems.append(failure.problem)
            self._broken.add(tag)
        return leaves

    def _refuse_other_languages(self) -> None:
        for file in sorted(self._folder.glob("*.yaml")):
            if file.stem not in self._languages.tags:
                self._findings.add(
                    Place(file),
                    "text.unknown_language",
                    f"{file.stem!r} is no language of this country",
                    "Add it to `languages` in country.yaml, or delete the file.",
                )


def _flatten(value: Value, path: str, leaves: dict[str, Scalar | Items]) -> None:
    if isinstance(value, Entries):
        for name, one in value.entries.items():
            _flatten(one, f"{path}/{name}" if path else name, leaves)
    else:
        leaves[path] = value
