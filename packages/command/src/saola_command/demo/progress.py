"""What the person at the terminal sees: a line for each step with its time, and at the end where to go."""

from __future__ import annotations

import sys
import time

import yaml

from saola_command.demo.declaration import Demo
from saola_command.demo.layout import Layout, site_name


class Progress:
    """Steps as they begin and end. On a terminal the running step's line shows that something moves."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._step: tuple[str, float] | None = None
        self._live = sys.stdout.isatty()

    def step(self, what: str) -> None:
        """The next step begins; the one before has ended or goes on beside it."""
        self._end_step()
        self._step = (what, time.monotonic())
        if self._live:
            print(f"  … {what}", end="\r", flush=True)

    def say(self, what: str) -> None:
        """Something that a person should know, now."""
        print(f"  ! {time.strftime('%H:%M:%S')} {what}", flush=True)

    def done(self) -> None:
        """Everything runs."""
        self._end_step()
        print(f"  ready after {time.monotonic() - self._begin:.1f} s", flush=True)

    def close(self) -> None:
        """No step is running any more, whether or not it ended well."""
        self._step = None

    def _end_step(self) -> None:
        if self._step is not None:
            what, begin = self._step
            print(f"  ✓ {what:<48} {time.monotonic() - begin:5.1f} s", flush=True)
        self._step = None


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
