"""What a person sees while the demo starts: each step for as long as it goes on, also side by side."""

from __future__ import annotations

import io

import pytest
from saola_command.demo.progress import Progress


class Clock:
    """A clock that is put forward by hand."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_steps_side_by_side_have_each_their_own_time() -> None:
    out, clock = io.StringIO(), Clock()
    progress = Progress(out=out, now=clock)
    with progress.step("long", parts=2) as part_done:
        clock.seconds = 1.0
        with progress.step("short"):
            clock.seconds = 3.0
        part_done()
        clock.seconds = 6.0
    progress.done()
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines == [["✓", "short", "2.0", "s"], ["✓", "long", "6.0", "s"], ["ready", "after", "6.0", "s"]]


def test_a_step_that_failed_is_not_called_done() -> None:
    out = io.StringIO()
    progress = Progress(out=out, now=Clock())
    with pytest.raises(RuntimeError), progress.step("hopeless"):
        raise RuntimeError
    progress.close()
    assert "✓" not in out.getvalue()
    assert "✗ hopeless" in out.getvalue()


def test_a_terminal_shows_what_is_going_on_and_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    progress = Progress(out=out, now=Clock())
    with progress.step("many", parts=4) as part_done:
        part_done()
        progress.say("something [odd] happened")
    shown = out.getvalue()
    progress.done()
    progress.close()
    assert "many" in shown
    assert "1/4" in shown
    assert "something [odd] happened" in shown
    assert "ready after" in out.getvalue()


def test_a_file_gets_plain_lines_only() -> None:
    out = io.StringIO()
    progress = Progress(out=out, now=Clock())
    with progress.step("quiet"):
        assert out.getvalue() == ""
    progress.done()
    assert "\x1b" not in out.getvalue()
