"""Who works here: the staff file becomes the table of officials; who is no longer in it can no longer work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from saola_platform.cases.models import Official
from saola_platform.errors import ConfigurationInvalid
from saola_platform.kernel import audit

NEEDED = {"personal_number", "name", "organisation", "roles"}


def load_staff(*, file: Path) -> int:
    """Read the file (`staff: [{personal_number, name, organisation, roles, title: {language: text}}]`).

    The number of people who may work now. Raises ConfigurationInvalid, and then nothing changed.
    """
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as exc:
        raise ConfigurationInvalid(f"{file}: cannot be read as YAML: {exc}") from exc
    people = data.get("staff") if isinstance(data, dict) else None
    if not isinstance(people, list):
        raise ConfigurationInvalid(f"{file}: there is no list `staff`")
    entries = [_checked(entry, where=f"{file}: staff[{index}]") for index, entry in enumerate(people)]
    with transaction.atomic():
        numbers = [entry["personal_number"] for entry in entries]
        Official.objects.exclude(personal_number__in=numbers).update(active=False)
        for entry in entries:
            Official.objects.update_or_create(
                personal_number=entry["personal_number"], defaults={**entry, "active": True}
            )
        audit.record(action="staff-loaded", detail={"people": len(entries)})
    return len(entries)


def _checked(entry: object, *, where: str) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or not NEEDED <= set(entry) <= NEEDED | {"title"}:
        raise ConfigurationInvalid(f"{where}: needs personal_number, name, organisation, roles; may have title")
    roles, title = entry["roles"], entry.get("title") or {}
    codes = isinstance(roles, list) and all(isinstance(role, str) for role in roles)
    if not codes or not isinstance(title, Mapping):
        raise ConfigurationInvalid(f"{where}: roles is not a list of codes, or title not a text per language")
    texts = {key: str(entry[key]) for key in ("personal_number", "name", "organisation")}
    return {**texts, "roles": list(roles), "title": {str(k): str(v) for k, v in title.items()}}
