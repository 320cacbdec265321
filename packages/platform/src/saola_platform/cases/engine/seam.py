"""The seam: what `cases` asks of a workflow engine, in values of its own.

An engine keeps nothing. It gets the saved state (a JSON text that only it understands) and gives back a new one
together with what is open now, so that the tables of `cases` are the truth and the engine can be replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

TaskKind = Literal["user", "service"]
APPLICANT_LANE = "applicant"


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that somebody, or a job, has to do now. `id` is unique in the process, `node` is the id in the model."""

    id: str
    node: str
    kind: TaskKind
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where a process stands: its saved state, the open tasks, and the end event once it has ended."""

    state: str
    open: tuple[OpenTask, ...]
    end: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do."""
        return self.end is not None


class Engine(Protocol):
    """A workflow engine. The same calls with the same values give the same tasks."""

    def start(self, *, source: bytes, variables: Mapping[str, object]) -> Position:
        """Begin a process of this model; :class:`ModelRefused` when the model may not run."""
        ...

    def complete(self, *, state: str, task: str, variables: Mapping[str, object]) -> Position:
        """Finish an open task, setting variables; :class:`NoSuchTask` when it is not open."""
        ...
