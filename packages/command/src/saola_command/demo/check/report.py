"""The steps of the journey as they are walked: each with its time, and the first that fails with its reason."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from saola_command.errors import CommandError


@dataclass(frozen=True, slots=True)
class Walked:
    """A step that was walked: what it was, how long it took in seconds, why it failed if it did."""

    name: str
    seconds: float
    failure: str | None = None


class Report:
    """Prints each step as it ends, and keeps all of them."""

    def __init__(self) -> None:
        self.steps: list[Walked] = []

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step; an error ends the journey and is kept with the step's name."""
        begin = time.monotonic()
        try:
            yield
        except CommandError as error:
            self._keep(Walked(name, time.monotonic() - begin, error.detail))
            raise
        self._keep(Walked(name, time.monotonic() - begin))

    @property
    def passed(self) -> bool:
        """Whether anything was walked, and all of it well."""
        return bool(self.steps) and all(step.failure is None for step in self.steps)

    def write(self, path: Path) -> None:
        """Write the steps as JSON."""
        content = {"passed": self.passed, "steps": [asdict(step) for step in self.steps]}
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")

    def _keep(self, step: Walked) -> None:
        self.steps.append(step)
        mark = "✗" if step.failure else "✓"
        print(f"  {mark} {step.name:<66} {step.seconds:6.2f} s", flush=True)
