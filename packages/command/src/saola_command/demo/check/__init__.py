"""The journey through the whole state, walked over HTTP as people walk it, and everything verified.

A mother finds the procedure, applies with what the registers know, signs; the clerk asks for one completion,
she answers; the clerk proposes, the leader signs; she holds a signed and sealed certificate, both registers know
the child, and every read of her data leads to evidence that an offline verifier accepts.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from saola_command.demo.check.journey import Journey
from saola_command.demo.check.report import Report
from saola_command.demo.declaration import Demo
from saola_command.demo.layout import Layout
from saola_command.errors import CommandError

__all__ = ["walk"]


def walk(*, demo: Demo, layout: Layout, report: Path | None = None) -> int:
    """Walk the journey once; 0 when everything was verified, 1 otherwise."""
    steps = Report()
    with tempfile.TemporaryDirectory(prefix="saola-check-") as folder:
        try:
            Journey(demo=demo, layout=layout, report=steps, folder=Path(folder)).walk()
        except CommandError as error:
            print(f"\n  {error.detail}\n  {error.remedy}", flush=True)
    if report is not None:
        steps.write(report)
    total = sum(step.seconds for step in steps.steps)
    print(f"\n  {'everything verified' if steps.passed else 'NOT verified'}, {total:.1f} s", flush=True)
    return 0 if steps.passed else 1
