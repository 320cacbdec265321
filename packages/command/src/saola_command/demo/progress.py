"""What the person at the terminal sees while the demo starts: every step that is going on, and how long each took.

Steps run side by side. On a terminal each has a line that moves, with the seconds so far and how many of its
parts are done; elsewhere (a file, a pipe) there is one plain line for each step, when it has ended.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

import yaml

from saola_command.demo.declaration import Demo
from saola_command.demo.layout import Layout, site_name

if TYPE_CHECKING:
    from rich.progress import Task

PartDone = Callable[[], None]


class Display(Protocol):
    """Where lines go, and the steps that are going on."""

    def line(self, text: str) -> None:
        """A line that stays."""

    def begin(self, what: str, *, parts: int) -> int:
        """A step begins; its number."""

    def part_done(self, step: int) -> None:
        """One more of its parts is done."""

    def end(self, step: int) -> None:
        """The step is not going on any more."""

    def close(self) -> None:
        """Nothing is going on any more."""


class Plain:
    """Lines only."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def line(self, text: str) -> None:
        """See `Display`."""
        print(text, file=self._out, flush=True)

    def begin(self, what: str, *, parts: int) -> int:
        """Nothing is shown of what is going on."""
        del what, parts
        return 0

    def part_done(self, step: int) -> None:
        """Nothing is shown of parts."""

    def end(self, step: int) -> None:
        """Nothing was shown."""

    def close(self) -> None:
        """Nothing was shown."""


class Live:
    """A line for each step that is going on, below the lines that stay."""

    def __init__(self, out: TextIO) -> None:
        from rich.console import Console
        from rich.progress import Progress as Lines
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn(" "),
            SpinnerColumn(),
            TextColumn("{task.description:<42}", markup=False),
            TextColumn("{task.fields[count]:>5}", markup=False),
            TimeElapsedColumn(),
        )
        console = Console(file=out, highlight=False, markup=False, soft_wrap=True)
        self._lines = Lines(*columns, console=console, transient=True)
        self._lines.start()

    def line(self, text: str) -> None:
        """See `Display`."""
        self._lines.console.print(text)

    def begin(self, what: str, *, parts: int) -> int:
        """See `Display`."""
        return int(self._lines.add_task(what, total=parts or None, count=f"0/{parts}" if parts else ""))

    def part_done(self, step: int) -> None:
        """See `Display`."""
        if (task := self._task(step)) is not None:
            count = f"{task.completed + 1:.0f}/{task.total or 0:.0f}"
            self._lines.update(task.id, advance=1, count=count, refresh=True)

    def end(self, step: int) -> None:
        """See `Display`."""
        if (task := self._task(step)) is not None:
            self._lines.remove_task(task.id)

    def close(self) -> None:
        """See `Display`."""
        self._lines.stop()

    def _task(self, step: int) -> Task | None:
        return next((task for task in self._lines.tasks if task.id == step), None)


class Progress:
    """Steps as they begin and end; times from `now`, in seconds."""

    def __init__(self, *, out: TextIO | None = None, now: Callable[[], float] = time.monotonic) -> None:
        out = out or sys.stdout
        self._display: Display = Live(out) if out.isatty() else Plain(out)
        self._now = now
        self._begin = now()

    @contextmanager
    def step(self, what: str, *, parts: int = 0) -> Iterator[PartDone]:
        """A step that is going on within the block; others may go on beside it. Call what it gives for each part."""
        begin, shown = self._now(), self._display.begin(what, parts=parts)
        ended = False
        try:
            yield lambda: self._display.part_done(shown)
            ended = True
        finally:
            self._display.end(shown)
            mark = "✓" if ended else "✗"
            self._display.line(f"  {mark} {what:<48} {self._now() - begin:5.1f} s")

    def say(self, what: str) -> None:
        """Something that a person should know, now."""
        self._display.line(f"  ! {time.strftime('%H:%M:%S')} {what}")

    def done(self) -> None:
        """Everything runs."""
        self._display.close()
        self._display.line(f"  ready after {self._now() - self._begin:.1f} s")

    def close(self) -> None:
        """No step is going on any more, whether or not it ended well; may be called again."""
        self._display.close()


def describe(demo: Demo, layout: Layout) -> str:
    """Where to go, and who one can be."""
    lines = [
        "",
        f"  The state {demo.instance} is running.",
        f"    What you see here, explained   {layout.url('portal')}/about-this-demo/",
        f"    The portal, for citizens       {layout.url('portal')}/",
        f"    The one-stop, for officials    {layout.url('onestop')}/",
        f"    Letters that were sent         {layout.url('mail')}/",
    ]
    for member in demo.members:
        if member.site == "register":
            name = next(iter(member.name.values()))
            lines.append(f"    {name + ', its registers':<30} {layout.url(site_name('register', member.subsystem))}/")
    lines += ["", "  Who you can be (PIN for signing):"]
    declared = yaml.safe_load(demo.people.read_text(encoding="utf-8")) or {}
    lines += [f"    {person['full_name']}   {person.get('pin', '')}" for person in declared.get("people", [])]
    return "\n".join([*lines, "", "  Ctrl-C ends it; the data stay.", ""])
