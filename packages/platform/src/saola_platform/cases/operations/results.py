"""What an operation gives back, to be stored before the process goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Made:
    """A document that the operation made: `name` is the kept name, `form` rendered or sealed."""

    name: str
    form: str
    title: Mapping[str, str]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OperationResult:
    """`kept` are values for later steps, `note` is a JSON value for the record, `tells` an event for the applicant."""

    kept: Mapping[str, Any] = field(default_factory=dict)
    note: Mapping[str, Any] = field(default_factory=dict)
    made: Made | None = None
    tells: str | None = None
